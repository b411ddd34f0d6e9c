# The frame
skip = Skip to the content
nav = Sections
catalogue = Catalogue
search = Search
imports = Imports
keys = Keys
find = Search by words, or drop a photo
theme = Light or dark
sign-out = Sign out
close = Close
cancel = Cancel
clear = Clear
add = Add
offline = The server did not answer. Nothing was changed; try again.
help-title = Keys
help-find = Search
help-walk = Move through the pictures
help-open = Open the product
help-paste = Search with the photo in the clipboard
help-help = This help

# Signing in
sign-in = Sign in
sign-in-hint = Enter the key that the server printed when it first started.
key = Key
wrong-key = This is not a secret key of this server. Copy it whole, from “vs_” to its end.

# Problems
problem-not-found = Nothing here
problem-refused = This cannot be done
problem-too-large = Too large
problem-forbidden = Not allowed
problem-ours = Something failed on our side
problem-ours-hint = Nothing was changed. Try again; if it stays, give the request id to whoever runs this server.
to-catalogue = To the catalogue
request-id = Request id

# Catalogue
filters = Filters
products = { $count ->
    [one] 1 product
   *[other] { $shown } products
  }
newest-first = newest first
to-review = { $shown } to review
to-review-filter = To review
remove-filter = Remove the filter “{ $text }”
clear-filters = Clear all
more-values = { $shown } more
nothing-matches = No product has all of these
catalogue-empty = No products yet
catalogue-empty-hint = Import a product feed, and every product is tagged and can be found a minute later.
import-first = Import products
pages = Pages
first-page = First page
next-page = Next
similar = Looks like this
edit-tags = Edit the tags
demo-note = This catalogue was drawn by Vestry itself. Drawings are outside what its photo model knows, so a head was fitted on half of their labels; the other half was tagged by it.
brand = Brand

# Search
drop-photo = Drop or paste a photo
drop-photo-hint = JPEG, PNG or WebP. It is used for this search and then forgotten.
choose-photo = Choose a photo
camera = Take a photo
shoot = Take it
whole-photo = Whole photo
remove-photo = Remove
your-photo = The photo you search with
crop = Part of the photo to search with; arrow keys move it, with shift they resize it
found-garment = Garment found; press to search with it alone
faces-hidden = Faces were made unreadable before the search.
no-image = This is not a picture. Use JPEG, PNG or WebP.
no-camera = The camera cannot be used here. Choose a photo instead.
like-product = Looks like
words = Words
words-example = black striped three-quarter sleeve
cut-off = Least likeness
weights = What counts
weight-look = Look
weight-colour = Colour
weight-words = Words
search-empty = Find by photo or by words
search-empty-hint = Drop a photo on the left, draw around what matters, and add words if you like.
found = { $count ->
    [0] No match
    [one] 1 match
   *[other] { $shown } matches
  }
found-about = about { $shown } matches
corrected = searched for “{ $text }”
seen = Seen on the photo
no-match = Nothing here is like that
no-match-hint = Lower the least likeness, draw the crop closer, or use fewer words.
why-look = look
why-colour = colour
why-words = words
why-pinned = pinned
why-boosted = boosted
why-buried = moved down
why-folded = { $shown } more like it

# Product
shop-page = Page in the shop
tags = Tags
no-tags = Nothing is said about this product yet. Tags appear once a picture is recognised.
accept = Accept
reject = Reject
change = Change
add-tag = Add a tag
history = History ({ $shown })
history-removed = { $text } removed
history-added = { $text } set
who-catalogue = product data
who-person = a person
who-you = this console
source-person = by a person
source-catalogue = product data
alike = Looks like this one

# Imports
drop-feed = Drop a product feed
drop-feed-hint = CSV or JSONL. You see how its columns are read before anything is imported.
choose-feed = Choose a file
upload = Upload
earlier-jobs = Earlier jobs
job-kind = Job
job-import = Product import
job-tag = Tagging of pictures
job-look = New look at stored pictures
job-finished = All done.
all-imports = All imports
started = Started
state = State
state-waiting = Waiting
state-running = Running
state-done = Done
state-failed = Stopped
state-cancelled = Cancelled
rows-done = Items done
rows-total = Items in all
rows-refused = Refused
rate = Items a second
left-seconds = { $count ->
    [one] about a second left
   *[other] about { $shown } seconds left
  }
left-minutes = { $count ->
    [one] about a minute left
   *[other] about { $shown } minutes left
  }
mapping = Columns
mapping-hint = check what each column means, then start.
mapping-ignore = Leave out
mapping-own = Own field
column = Column
example = Example
meaning = Read as
start-import = Start the import
import-stopped = The job stopped; what it did before is kept.
see-catalogue = See the catalogue
refused-rows = Rows that were refused
refused-hint = Correct these in the file and import it again: only what changed is read anew.
line = Line
value = Value
reason = Reason
upload-gone = This upload is no longer kept. Upload the file again.

# Keys
key-name = Name
key-kind = Kind
key-created = Made
key-used = Last used
key-origins = Allowed web origins, for a publishable key
key-made = Here is the key. Copy it now: it is not shown again.
kind-secret = Secret
kind-publishable = Publishable
kind-secret-long = Secret: everything; stays on your servers
kind-publishable-long = Publishable: search only; may stand in a web page
rotate = Rotate
rotate-hint = Makes a new key; the old one works for another 24 hours
revoke = Revoke
revoked = revoked
never = never
new-key = New key
make-key = Make a key
api-docs = API reference

# What a column can be
field-sku = SKU (names each product)
field-title = Title
field-title-ko = Title, Korean
field-title-en = Title, English
field-description = Description
field-description-ko = Description, Korean
field-description-en = Description, English
field-price = Price
field-currency = Currency
field-group = Group of variants
field-link = Page in the shop
field-images = Picture addresses
field-tag = Tag: { $text }

# Public pages
policy = Privacy policy
contents = Contents
policy-is = This version has been in force since { $text }.
policy-was = This is a past version. It was in force: { $text }.
policy-will = This version is not in force yet. Its first day: { $text }.
policy-coming = A new version is in force from { $text }.
policy-see = Read it
policy-see-changes = What changes
policy-versions = All versions
policy-version = Version
policy-from = First day
policy-changes = Against the one before
policy-past = past
policy-in-force = in force
policy-to-come = to come
changes-title = What version { $text } changes
changes-since = The version before it is { $text }.
changes-from = Its first day is { $text }.
changes-scope = Differences in items, purposes, periods and the law it stands under, taken from the enforced files. The full texts:
changes-none = Items, purposes and periods stay as they were.
changes-first = This is the first version; there is none before it.
change-was = Before
change-is = In this version
change-item-added = New item
change-item-removed = Item no longer held
change-item-changed = Item that changes
change-purpose-added = New purpose
change-purpose-removed = Purpose that ends
change-retention-added = New record that is kept
change-retention-removed = Record no longer kept
change-retention-changed = Record that is kept differently
change-regime = It stands under another law

# Cookies
cookies = Cookies
cookies-change = Cookie choice
cookies-about = A cookie is a short text that stays in this browser. Ours hold random values or fixed words, and before you choose nothing is kept but what is essential.
cookies-chosen = Only those marked “allowed” below are in use. Choose again whenever you like.
cookies-not-chosen = You have allowed none so far.
cookies-refused = Nothing was kept, not even that you refused, so we will ask again.
cookies-offer = Before you choose, nothing is kept in this browser but what is essential.
cookies-all = Allow all
cookies-each = Ask each
cookies-ticked = Allow the ticked ones
cookies-none = Refuse all
cookies-none-leave = Refuse all and sign out
cookies-each-hint = When you allow any, a cookie that remembers the choice stays too. Signing in needs one essential cookie, so refusing all ends it. Pages without a login work all the same.
cookie-name = Name
cookie-says = What it does
cookie-keep = How long
cookie-allow = Allow
cookie-essential = essential for a login
cookie-agreed = allowed
cookie-not-agreed = not allowed
cookie-until-close = until the browser closes
sign-in-cookie = Signing in keeps one essential cookie, which holds the login until the browser closes.
unkept = The cookies that remember language and theme are not allowed, so this holds for this page only; the next one follows your browser.
