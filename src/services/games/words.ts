/**
 * The words of hangman: plain English nouns of five to ten letters from a to z, no proper names,
 * each once. Each thread that serves hangman loads them: four kilobytes.
 */
export const WORDS: readonly string[] = `
  abacus accident acrobat address adventure airport alarm album almond alphabet anchor animal ankle answer antenna
  apartment apple apron arctic arrow artist asphalt atlas autumn avalanche avocado bacon badge bakery balance balcony
  balloon bamboo banana banjo barrel basket battery beach beaver bedroom beetle bicycle biscuit blanket blizzard blossom
  bottle boulder bracelet branch bread breakfast breeze bridge broom bucket buffalo builder bullet butter butterfly
  button cabbage cabin cactus camel camera canary candle cannon canoe canvas canyon captain caravan carpet carrot castle
  catalog cavern cellar cement ceremony chain chair chalk champion channel chapter cheese cherry chess chicken chimney
  chocolate cinema circle circus citizen clarinet climate clock cloud clover coast cobweb coconut coffee collar comet
  compass computer concert cookie copper coral corner cottage cotton cousin coyote cradle crater crayon cricket crocodile
  crystal cucumber curtain cushion customer cylinder daisy dancer daughter decade desert dessert detective diamond
  dictionary dinner dinosaur diploma doctor dolphin donkey dragon drawer dream drizzle drummer dungeon eagle earthquake
  eclipse elbow elephant elevator emerald engine envelope equator eraser evening factory falcon farmer feather festival
  fiddle finger fireplace flamingo flannel flower flute folder football forest fortress fossil fountain fraction freedom
  freezer friend frost galaxy gallery garage garden garlic gateway ghost giant giraffe glacier globe glove goblet gorilla
  grammar granite grape grass gravel gravity guitar hammer hammock hamster handle harbour harvest hazelnut hedgehog
  helmet heron highway history holiday honey horizon hornet horse hospital hunter hurricane icicle igloo incident
  infant insect island ivory jacket jaguar jelly jersey jewel jigsaw journal journey judge juggler jungle kangaroo
  kayak kennel kernel kettle keyboard kitchen kitten knight knuckle ladder lagoon language lantern laundry lawyer
  leather lemon leopard letter library lightning lizard lobster locket luggage lunch machine magnet magpie mammoth
  mango marble market marmalade mattress meadow medicine melody melon memory mermaid message meteor midnight mirror
  mitten monkey monsoon monster morning mosquito mountain mouse muffin museum mushroom mustard napkin necklace needle
  neighbour nephew network notebook number nutmeg oatmeal ocean octopus olive onion opera orange orchard orchestra
  organ ostrich otter oyster package paddle painter palace pancake panda panther paper parachute parade parrot
  passenger pasture peach peacock peanut pebble pelican pencil penguin pepper piano picnic picture pigeon pillow pilot
  pineapple pirate planet plaster platform plumber pocket poetry porcupine postcard potato pottery prairie
  present printer prison puddle pumpkin puppet puzzle pyramid quarry queen question quilt rabbit raccoon radio railway
  rainbow raisin raspberry recipe record reptile rescue ribbon riddle river robot rocket rooster saddle sailor salad
  salmon sandal sandwich sapphire satellite saucer sausage scarecrow scarf school scissors scooter sculpture season
  secret shadow shark shelter sheriff shoulder shovel signal silence silver skeleton sketch slipper snail snowflake
  socket soldier spaghetti sparrow spider spinach sponge spoon squirrel stadium staircase station statue stomach storm
  stranger strawberry student submarine suitcase summer sunflower sunset surgeon swallow sweater symphony table
  tailor tangerine teacher teapot telescope temple theatre thimble thread throat thunder ticket tiger tobacco tomato
  tornado tortoise tourist towel tractor traffic trailer treasure triangle trumpet tunnel turkey turtle umbrella uncle
  unicorn universe valley vampire vanilla vegetable velvet village vineyard violet violin volcano voyage waffle wagon
  waiter walnut walrus waterfall weather wedding whale wheat whisper whistle window winter wizard woodpecker workshop
  yacht yogurt zebra zipper
`
  .trim()
  .split(/\s+/);
