"""Document 003: the same with the library. The port, the page and the file to save it in are arguments."""
import sys
from urllib.request import urlopen

with urlopen("http://localhost:" + sys.argv[1] + "/" + sys.argv[2]) as page:
    with open(sys.argv[3], "wb") as output:
        output.write(page.read())
    print(page.status)
