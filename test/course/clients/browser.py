"""Document 001, exercise 1.2 (f): the page that a browser gets from http://localhost:15000/index.html. The port is an
argument."""
import sys
from urllib.request import urlopen

with urlopen("http://localhost:" + sys.argv[1] + "/index.html") as page:
    print(page.status, page.headers["Content-type"], page.read().decode())
