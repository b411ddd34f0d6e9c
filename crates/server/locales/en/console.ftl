# The frame
skip = Skip to the content
nav = Sections
catalogue = Catalogue
search = Search
imports = Imports
keys = Keys
find = Words or a photo
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
key-too-late = Your organisation has accounts now: sign in with yours. The key goes on opening the API.
wrong-key = This is not a secret key of this server. Copy it whole, from “vs_” to its end.

# Problems
problem-not-found = Nothing here
problem-refused = This cannot be done
problem-too-large = Too large
problem-forbidden = Not allowed
problem-ours = Something failed on our side
problem-ours-hint = Nothing was changed. Try again; if it stays, give the request id to whoever runs this server.
problem-bad-request = This request cannot be understood. Load the page again and repeat.
problem-bad-feed = This file cannot be read as a list of products. Send CSV or JSONL whose first line names the columns.
problem-bad-image = This is no picture that can be read. Send one still JPEG, PNG or WebP photo.
problem-bad-key = A key of this kind cannot be made. A publishable key needs origins such as `https://shop.example`.
problem-bad-product = A product cannot be kept like this.
problem-bad-text = The text has a character in it that cannot be kept.
problem-case = The case does not allow this step now. Load its page again.
problem-cursor-gone = This page of the results is gone. Search again.
problem-draft = The draft cannot be used as it is.
problem-foreign-form = This form was sent by a page of another site. Open this server's own page and try there.
problem-full = No space is left on the server; nothing was changed. Tell whoever runs it.
problem-guarded = Until you are fourteen your guardian agrees for you, by the link that was mailed to them.
problem-last-of-role = Somebody has to keep this role. Give it to somebody else first.
problem-no-accounts = This server keeps no accounts yet. Whoever runs it makes the vault with `vestry admin init`.
problem-no-choice = None of the three ways was chosen. Choose one.
problem-no-copy = There is no such file. Ask for a copy on the page of your data.
problem-no-draft = There is no draft.
problem-no-key = This address needs a key that may do this.
problem-no-login = Nobody can sign in: the policy in force does not list the cookie that keeps a login.
problem-no-member = This page is a member's own. Sign in with your address.
problem-no-picture = This product has no picture that was recognised yet. Wait a moment, or use another product.
problem-no-staff = This page is the privacy office's.
problem-no-token = Metrics are for the operator of this server. Sign in at the privacy office as an operator.
problem-not-fetched = The picture could not be fetched from its address.
problem-nothing-here = There is nothing at this address.
problem-not-published = This cannot be published as it is. Look at its page again.
problem-not-yours = Your role does not reach this. Ask an owner of your organisation, or sign in as somebody else.
problem-office-network = The privacy office is not reached from your network. Ask whoever runs this server to add it.
problem-stale-form = This form is not from your session. Load the page again and repeat.
problem-timeout = This took too long and was given up. Try again with less at once.
problem-too-large-hint = This page does not take that much. A picture may have 32 MB, a file of products 512 MB.
problem-too-often = That was asked more often than one may. Wait a while and try again.
problem-two-staff = This takes two of the staff: one proposes it at the desk, somebody else approves it there.
problem-unknown = What was asked for is not here, or not any more.
problem-unknown-person = There is nobody, or nothing, of that id.
problem-bad-visitor = That visitor's id looks like somebody; use a random one.
problem-no-vault = What visitors do is kept only where there is a vault; the operator makes one with vestry admin init.
problem-unknown-product = There is no such product. It may have been removed.
problem-unknown-version = There is no such version of the policy. The policy's page links to all of them.
vault-known-already = This address has an account already.
vault-kept-apart = The record is kept apart and serves its basis alone. Name a lawful use, or the person's right.
vault-state = The membership does not allow this now. Look the person up again.
vault-clock = The clock does not go with the last signed entry of the audit log. Nothing was destroyed. Set it right, or confirm it with `vestry privacy sweep --confirm-clock`.
vault-busy = A sweep is running. Try again when it has ended.
vault-nothing-for = Nothing that is held of this person may be opened for this purpose.
vault-purpose = The policy does not list this purpose for what was asked for.
vault-too-long = This is longer than can be kept.
draft-cannot = This cannot be used. { $text }
mapping-no-sku = No column is the SKU. Say which one names each product.
mapping-unknown-column = The file has no column ‘{ $text }’.
mapping-twice = Column ‘{ $text }’ is used twice. Use each column once.
mapping-both = These columns are to be the same: { $text }. Choose one.
mapping-currency = ‘{ $text }’ is not a currency. Use three letters such as KRW.
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
history-undone = taken back
history-added = { $text } set
who-catalogue = product data
who-you = you
who-key = key
who-somebody = somebody
source-person = by a person
source-catalogue = product data
alike = Looks like this one

# Review
review = Review
review-questions = { $shown } to check
review-suggested = { $shown } the machine is sure of
review-today = { $shown } done today
review-percent = { $shown }% of all is reviewed
review-filter = Attribute
review-all = All
review-order = Order
review-least-sure = least sure first
review-teaching = what teaches most first
review-teaching-hint = Pictures that stand for many others and that the machine hesitates about; ten at a time, then it knows more
review-unreviewed = the machine’s guess, not reviewed
review-near = near
review-from-alike = look-alikes
review-skip = Skip
review-other = Other value
review-choose = Choose
review-alike = Look-alikes at once
review-its-alike = Its look-alikes
review-last = Just now
review-undo = Undo
review-not = not { $text }
review-accuracy = { $text }: the machine was right in { $percent }% of { $shown } reviewed
review-accuracy-hint = The unsure ones come first, so over all it is right more often
review-taken = Somebody else was quicker with this one. Their answer stands.
review-left-alone = What somebody changed in the meantime was left as it is.
review-end = That was the last one
review-skipped = { $count ->
    [one] { $shown } that you skipped is left.
   *[other] { $shown } that you skipped are left.
  }
review-again = Start again
review-empty = Nothing to review
review-rest = Review the other attributes
review-empty-hint = When new pictures come in, what the machine suggests gathers here.
review-alike-hint = The chosen pictures get this value in one step. One undo takes all of it back.
review-apply = Apply to the chosen
review-show = Show
review-back = Back to the review
review-no-alike = No look-alike is left to check
review-no-alike-hint = All of them are reviewed, or nothing looks like this one.

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

# Accounts
optional = (optional)
mail = E-mail address
password = Password
password-hint = At least 10 characters. A few words that only you put together are better than signs and digits.
join = Sign up
join-age = Are you fourteen or older? A child's guardian is asked first.
join-adult = I am fourteen or older
join-child = I am younger than fourteen
join-lead = This is all we ask. What is marked optional may stay empty.
join-terms = I agree to the terms of use.
terms = Terms of use
terms-digest = This text is what is agreed to; its SHA-256:
join-agree = I agree. { $text }
join-button = Sign up
have-account = I have an account
policy = Privacy policy
mail-sent = Look into your mail
mail-sent-lead = If there is something to do for this address, a mail is on its way. Its link holds for a while only.
mail-in-folder = No mail server is set up here, so letters are written into a folder. Ask whoever runs this server.
to-sign-in = Sign in
confirm = Confirm your address
confirm-lead = One press, and your account is there.
confirm-button = Confirm
confirmed = Your account is there
confirmed-lead = Sign in with your address and your password.
confirmed-child-lead = Now choose a password of your own.
password-first = Choose a password
link-over = This link was used already, or it is too old. Ask for a new one.
invitation-over = Somebody took this invitation up already, or it is too old. Ask a colleague for another one and sign up with that, or sign up without one.
with-mail = Sign in with mail and password
with-key = Sign in with a key
with-passkey = Sign in with a passkey
passkey-wrong = That passkey did not let you in.
code = One-time password
code-needed = Your account asks for a one-time password too.
code-wrong = That one-time password does not fit. Wait for the next one and try again.
sign-in-wrong = Address and password do not go together.
sign-in-wait = Too many tries. Try again in { $shown } s.
password-lost = I forgot my password
password-lost-lead = Tell us your address. If it is a member's, a link comes by mail.
password-lost-button = Send me the link
password-new = New password
password-new-button = Set it
password-set = Your new password is set
password-set-lead = All your sessions were ended.
password-wrong = That is not your password.
field-missing = Something is missing: { $text }
field-unusable = This cannot be right: { $text }
weak-short = A password has at least 10 characters.
weak-long = A password has at most 128 characters.
weak-row = Keys in a row, or one over and over, are guessed first. Choose another password.
weak-common = Many people use this password. Choose another one.
weak-name = A password with your name or address in it is guessed first. Choose another one.

# My data
me = My data
me-held = { $count ->
    [one] We hold one item about you.
   *[other] We hold { $shown } items about you.
}
me-goes = { $count ->
    [one] One goes when you leave.
   *[other] { $shown } go when you leave.
}
me-stays = { $count ->
    [one] One stays for a while, because a law asks for it or to answer for it.
   *[other] { $shown } stay for a while, because a law asks for it or to answer for it.
}
me-until = The last until { $text }.
me-until-closed = until the case is closed
me-goes-by = goes by { $text }
me-goes-after = until { $text }
me-goes-leaving = when you leave
me-corrected = Corrected. The old value was destroyed.
me-consent-done = Your choice holds from now on.
me-password-done = Your new password is set. The other sessions were ended.
me-session-done = The session was ended.
me-improvement = Making the service better
me-improvement-lead = Records of use serve search and recommendation while you are here, and afterwards nothing but making recognition and search better. You can object to that; it cannot be taken back.
me-object = Do not use them for that
me-objected = Your records of use make nothing better.
me-dormancy-done = Noted.
copy = Take my data along
copy-lead = We make a copy of everything we hold about you, with what you agreed to and who looked. It waits here until the day that is then shown, or until you leave.
copy-ask = Make a copy
copy-asked = Your copy is being made. Come back to this page in a moment.
copy-waits = Your copy waits to be made.
copy-made = Your copy is being made: { $text } parts.
copy-ready = Your copy is ready, until { $text }.
copy-readable = To read
copy-json = For a program (JSON)
copy-given = agreed
copy-not-given = not agreed
me-agreed = What you agreed to, and when
me-agreed-none = Nothing so far.
me-agreed-in = policy { $text }
me-agreed-back = taken back
reader-themselves = you
reader-program = this program
me-consents = Consents
me-agree = Agree
me-take-back = Take back
me-taken-back = taken back on { $text }
me-sessions = Where you are signed in
me-password = Change the password
me-dormancy = When you do not come for long
me-dormancy-lead = After this time without a visit your data is set apart, and we tell you beforehand.
me-dormancy-policy = as the policy says
me-years = { $shown } years
me-looks = Who looked at your data
me-looks-none = Nobody but you.
reader-staff = privacy office
reader-guardian = guardian
reader-colleague = colleague
this-session = this one
end-session = End
begun = Since
item = Item
purpose = Purpose
purpose-basis = Purpose (basis)
basis-statute = statute
basis-consent = consent
basis-contract = contract
basis-internal = own rule
goes = Goes
why = Why
save = Save
correct = correct
masked = ••••
kept-apart = kept apart
leave = Leave
leave-lead = You may leave at any time. We show you first what goes and what stays.
leave-look = What happens if I leave?
leave-at-once = Leaving takes effect at once: you are signed out everywhere, and what nothing asks us to keep is destroyed.
leave-last-owner = You are the only owner: { $count ->
    [one] a colleague is
   *[other] { $shown } colleagues are
 } left without anybody who may invite people or make keys. Make one of them an owner first, if you can.
leave-stays = What stays, why and until when
leave-nothing = Nothing stays.
leave-letter = A last mail to the account’s address says this too. It is kept until it is delivered.
leave-erase = Erase also what we kept to make the service better.
leave-password = Your password, to be sure that it is you
leave-button = Leave
left = You have left
left-lead = What could go is destroyed. This certificate says so; keep it, anyone can verify it against the audit log.
left-later = Nothing is done with the data any more. What can go is destroyed with the next sweep; the certificate stands in the audit log.
left-address = The address of the certificate
left-link = Keep it: within about a day the certificate is shown there, and until { $text }. It names nobody.
left-certificate = Certificate, entry { $shown } of the audit log

# A second proof, and another address
second = Second proof
second-lead = With an app for one-time passwords nobody gets in by your password alone. Scan this with the app, then type what it shows.
second-picture = The secret as a picture that an app reads
second-secret = Or type this into the app:
second-set-up = Set it up
second-on = Signing in asks for a one-time password.
second-left = { $count ->
    [0] No recovery code is left. Make new ones.
    [one] One recovery code is left.
   *[other] { $shown } recovery codes are left.
}
second-prove = For both of these we need your password and a code.
second-renew = Make new recovery codes
second-off = Do without it
second-done = Signing in asks for a one-time password from now on. The other sessions were ended.
second-renewed = These are your new codes. The old ones count no more.
second-gone = Your password alone lets you in from now on.
code-or-recovery = One-time password or recovery code
proof-wrong = Password or code is not right.
me-returned = Mail to you came back on { $text }.
me-second = Second proof: set up or change
me-passkeys = Passkeys: make or remove
passkeys = Passkeys
passkeys-lead = A passkey lets you in with your fingerprint, your face or a PIN, without password and code. It stays with your device and works on this site alone, so no copy of the site gets hold of it.
passkey-name = Name
passkey-rename = rename
passkey-unused = not yet
passkey-remove = Remove
passkey-remove-named = Remove the passkey “{ $text }”
passkey-new = Make a passkey
passkey-prove = For this we need to know that it is you.
passkey-next = Next
passkey-make = Make it on this device
passkey-unfit = Making one takes a script and a browser that knows passkeys, at the address { $text }.
passkey-made = The passkey is made. You can sign in with it from now on.
passkey-named = It has its new name.
passkey-removed = The passkey is removed and lets nobody in any more. You can delete it on your device, too.
passkey-not-made = No passkey was made. Perhaps this device has one for you already, it took longer than five minutes, or there are ten of them.
passkey-name-wrong = A name has 1 to 60 characters.
address = Change the address
address-lead = We send a link to the new address. Nothing changes before you open it.
address-new = New e-mail address
address-button = Send me the link
address-confirm-lead = One press, and this is your address from now on.
address-done = This is your address from now on. We told the old one, from which it can be undone for some days. The other sessions were ended.
address-undo = Undo the change of address
address-undo-lead = The old address becomes yours again, everybody is signed out, and you choose a new password by a mail.
address-undo-passkeys = All passkeys of your account are removed, too: somebody else may have made one.
address-undo-button = Undo it
address-undone = Your old address is yours again. Look into your mail and choose a new password.

# Team
team = Team
team-by-key = Sign in as a member to see who works here.
team-invite = Invite somebody
team-invite-button = Send the invitation
team-invited = The invitation is on its way. It holds for seven days.
team-changed = Changed. Whoever lost a role was signed out.
team-last-owner = Nobody else is an owner. Make somebody else one first.
team-remove = Remove
team-shop = Name of the shop
team-shop-who = Everybody who works here reads it, and whoever you invite. It stays when you leave: name the shop, not a person.
team-shop-changed = The shop has this name from now on.
team-join = An invitation
team-join-lead = Take it up with the account you are signed in with.
team-join-button = Take it up
team-joined = You work here from now on
team-join-not-you = This account cannot take it up: it belongs to another organisation, or works here already. Sealed data stays with its organisation: to change over, leave with this account at “My data”, then sign up by the link of the invitation.
name = Name
role = Role
role-viewer = viewer
role-editor = editor
role-owner = owner
role-officer = privacy officer
role-operator = operator
role-auditor = auditor

# Privacy office
office = Privacy office
office-sign-in = Privacy office
office-sign-in-lead = For those who work for the operator.
office-wrong = The address, the password or the code is not right. A code lets in once: if you have just used it, wait for the next one.
to-office = To the office
enrol = Your account for the office
enrol-lead = Put this secret into your app for one-time passwords, choose a password, and type what the app shows.
enrol-button = Done
recovery = Recovery codes
recovery-lead = Each of these gets you in once when your device is gone. Print them; they are not shown again.
password-expired = Your password is too old
password-expired-lead = Choose a new one. Nothing else opens before.
password-same = That is the old one. Choose another.
board = Today
board-last = Last sweep: { $text }
board-due = to be destroyed
board-overdue = overdue
board-letters-folder = No mail server is set up: letters are written into a folder of the server, and reach nobody until one is.
board-separate = to be set apart
board-notices = notices to give
board-holds = Holds
board-letters = Letters that wait
board-letters-wait = { $count ->
    [0] Nothing waits.
    [one] One letter waits to be sent.
   *[other] { $shown } letters wait to be sent.
}
board-no-holds = Nothing is held.
board-no-certificates = No sweep yet.
board-sweep-overdue = A day went by without a sweep.
board-pending = Destroyed keys are still at { $text }.
board-behind = The copy of the audit log at { $text } is behind.
hold-on = Held
held = held
certificate = Certificate of destruction
certificate-file = Save as a file
certificates = Certificates
entry = Entry
destroyed = Destroyed
separated = Set apart
final = final
pending = pending
audit-log = Audit log
audit-entries = { $text } entries;
audit-at = signed last on { $text }.
people = People
people-lead = Somebody is found by their exact address or id, for a purpose and a reason. They can see that you looked.
people-who = E-mail address or id
people-use = What a record kept apart is opened for
people-reason = A reason is a code such as request-2031: lower-case letters, digits and -.
people-find = Open
people-nobody = Nobody of that address or id.
people-unmask = Show what is masked
people-hold = Hold everything
people-release = Release
people-held = Held. Nothing of it is destroyed until it is released.
people-released = Released. What was due is destroyed.
people-released-later = Released. What was due is destroyed as soon as a sweep can run.
people-withdraw = End the membership
people-erase = Erase what may be
people-withdrawn = Done. The certificate is entry { $text } of the audit log.
people-withdrawn-later = Done: nothing is done with the data any more. What can go is destroyed as soon as a sweep can run.
people-write-id = To end or erase, write the id above once more
people-day = record of a day
use-statute = what a statute asks for
use-dispute = a dispute
use-lawful-request = a request of an authority
use-proof = proof
last-day = Last day
sweep = Sweep
sweep-for = for { $text }
sweep-visitors = { $count ->
    [one] One row of what shops' visitors did goes too: its day is over.
   *[other] { $shown } rows of what shops' visitors did go too: their day is over.
}
sweep-lines = { $count ->
    [0] Nothing is due.
    [one] One thing would happen.
   *[other] { $shown } things would happen.
}
sweep-hash = Plan { $text }
sweep-write-day = To carry it out, write { $text }
sweep-button = Carry it out
plan-destroy = destroy
plan-separate = set apart
plan-notify = tell them
plan-keep = keep
plan-whom = Whose
plan-when = When
plan-since = nothing holds it since { $text }
plan-apart-from = apart from { $text }
plan-late = the notice is late
plan-membership = membership in use
plan-return = for their return
plan-records = { $count ->
    [one] one record
   *[other] { $shown } records
}
event-made = made
event-withdrawal = left
event-visit = visit
event-payment = paid
event-supply = supplied
event-contract-end = contract ended
event-cancellation = contract cancelled
event-closed = closed
event-block-end = ban ended
event-of-age = fourteen
event-asked = asked
event-sent = sent
event-left = left the staff
event-trained = trained
event-due = answer due
event-checked = identity checked
event-decided = decided
event-reopened = taken up again
staff = Staff
staff-add = Add somebody
staff-link = Hand this link over yourself if no mail server is set up. It is shown once and holds for three days.
staff-password = Password set
staff-not-enrolled = not enrolled yet
staff-renew = New link
staff-dismiss = Dismiss
staff-sessions-hint = A session ends by itself after a quarter of an hour without a request. If one is not yours, end it and change your password.

# Guardians
child-lead = Somebody who answers for you has to agree first. Tell us who; we ask nothing about you.
child-button = Ask them
guardian-name = Guardian's name
guardian-mail = Guardian's e-mail address
guardian-consent = A child asks for your consent
guardian-consent-lead = With your consent an account is made. What you give here is all that we take. The child then chooses a password by a mail to the address below.
guardian-day = The day on which the child turns fourteen
guardian-day-wrong = The day of turning fourteen is a day to come. Give not the birthday but a day within the next fourteen years.
guardian-day-hint = We keep this day and no birth date. On it your name and address go, and your page ends.
guardian-agree = As the guardian I agree. { $text }
guardian-button = Consent
guardian-refuse = Refuse
guardian-refused = You have refused
guardian-refused-lead = No account is made. Your name and address are destroyed.
guardian-done = You have consented
guardian-done-lead = The child now confirms their address by a mail of their own. From then on the link in your mail is your page: see, correct or end the account, until the fourteenth birthday.
guardian-page = To your page
guardian-of = The account of your child
guardian-of-lead = This page is yours until the fourteenth birthday.
guardian-sure = To end the account, tick the box first.
guardian-end = End the account
guardian-end-sure = I want to end my child's account.
guardian-ended = The account is over
# Public pages
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
log = The audit log
log-says = Each destruction, hold and change of this policy is entered in a log to which one can only add. Keep the signed head: with it and the public key anyone who is shown the log or a certificate later finds out whether an entry was changed or taken out since.
log-entries = Entries
log-signed = Signed at
log-head = Signed head
log-key = Public key
log-text = The newest head as text
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

# The next version of the policy, and what is told to all
policy-short = Policy
draft-earliest = Posted today, it can be in force from { $text }
draft-from = In force from
draft-of = Draft { $text }
draft-preview = See it as everybody will
draft-refused = It cannot be posted yet.
draft-post = Post it and tell the members
draft-drop = Throw the draft away
draft-write = Write the next version
draft-lead = Change the file of the version in force and paste it here, with a new version and first day. What is posted cannot be taken back: it stands in the audit log, and every member gets a mail.
draft-text = Policy file (TOML)
draft-keep = Keep as draft
notices = Notices
notices-none = Nothing was told to all yet.
notice-kind = What
notice-told = Written
notice-sent = Sent
notice-failed = Not reached
notice-policy = Policy
notice-transfer = Transfer
notice-advertisement = Advertisement
notice-ended = Written to all
notice-going = Being written
subject = Subject
subject-ko = Subject (Korean)
subject-en = Subject (English)
text-ko = Text (Korean)
text-en = Text (English)
advertise = Send an advertisement
advertise-lead = { $count ->
    [0] Nobody agrees to advertising now.
    [one] One person agrees to advertising now. It is asked again at the moment of sending, and the letter carries a way out.
   *[other] { $shown } people agree to advertising now. It is asked again at the moment of sending, and each letter carries a way out.
}
advertise-sure = { $count ->
    [one] Send it to one person
   *[other] Send it to { $shown } people
}
advertise-sure-short = the word that it is sent
advertise-button = Send
transfer = Transfer of the business
transfer-lead = Each person is told by mail, and it is posted on the policy's page. If somebody cannot be reached it has to stand for { $shown } full days before the transfer.
transferee = Who receives it
contact = Contact
transfer-day = Day of the transfer
transfer-button = Post it and tell everybody
transfer-end = Transfer done
transfer-may = May be done
transfer-for = To be done on { $text }
transfer-posted = Somebody was not reached: may be done from { $text }
transfer-done = Done on { $text }
transfer-posting = The business goes to { $text }
transfer-posted-at = Posted { $text }
transfer-refuse = If you do not want this
transfer-refuse-lead = Whoever leaves before the day of the transfer is not transferred. You see first what is deleted. You can also ask at the contact above.
unsubscribe = Stop advertising
unsubscribe-lead = One press ends it. No sign-in is needed.
unsubscribe-button = Stop it
unsubscribe-over = This link is over. Sign in and take the consent back at “My data”.
unsubscribe-done = You get no more advertising, not even what was waiting.
agree = Your consents
agree-of-age = You are fourteen now. What your guardian agreed to has ended; from now on it is yours to decide.
agree-terms = What you agreed to has changed. Only what you agree to again goes on.
agree-optional = You can go on without ticking any of them.
agree-button = Save my choice

# The office's desk
desk = Desk
desk-waiting = Waiting for an answer
desk-nothing = Nothing waits.
desk-closed = Closed lately
desk-number = Number
desk-kind = Kind
desk-received = Came in
desk-due = Answer by
desk-left = { $count ->
    [0] today is the last day
    [one] one day left
   *[other] { $shown } days left
}
desk-overdue-by = { $count ->
    [one] one day overdue
   *[other] { $shown } days overdue
}
desk-request = request
desk-complaint = complaint
desk-new = Take in a request or a complaint
desk-take = Take it in
desk-right = Which right
desk-channel = How it came in
desk-who-hint = Only an exact address or id finds somebody. Leave it empty for somebody who is not on file.
desk-contact = Where the answer goes
desk-contact-hint = A mail address gets a letter; anything else is for you to call or write to. Left empty, a member's own address is taken.
desk-asked = What is asked
desk-language = Language of the letters
desk-about = About
desk-stranger = not a member
desk-identity = Identity check
desk-how = How it was checked
desk-note = Note
desk-note-hint = Goes on the day the request is closed. No resident registration number, no copy of a document.
desk-check = It is them
desk-do = Carry it out
desk-left-out = Leave out, because it is another person's too
desk-plan = Show what would happen
desk-carry-out = Carry out exactly this
desk-refuse = Refuse
desk-decision = Decision
desk-accept = In their favour
desk-reject = Not in their favour
desk-lift = Lift the ban
desk-uphold = Uphold the ban
desk-ban-hint = This contests a ban. Somebody else than who banned decides.
desk-reason = Reason
desk-certificate = Certificate
desk-answer = Answer
desk-answer-words = What the answer says
desk-answer-hint = With this the case is closed. What stays, why and until when is added by itself.
desk-answer-button = Answer and close
desk-by-letter = by letter
desk-told = told
desk-export = Download what is held (JSON)
desk-reopen = Take it up again
desk-you = you
step-received = came in
step-checked = identity checked
step-decided = decided
step-answered = answered
step-reopened = taken up again
channel-mail = by mail
channel-phone = by phone
channel-page = from their own page
check-call-back = called back at the number on file
check-mail-back = answered from the address on file
check-document = saw a document, kept nothing of it
check-sign-in = they were signed in
outcome-done = done
outcome-partly = done in part
outcome-refused = refused
case-not-checked = Check first that it is really them. Nothing was done.
case-checked-already = That was checked already.
case-not-decided = Decide first, then answer.
case-decided-already = That was decided already.
case-closed = The case is closed.
case-open = The case is still open.
case-goes-on = The case was taken up again and goes on under another number.
run-lead = This is what would happen. Nothing was done yet.
run-shown = Shown:
run-goes = Goes:
run-nothing = nothing
two = For a second pair of eyes
two-nothing = Nothing waits for a second one.
two-what = What
two-hold-released = release a hold
two-ban-decided = decide on a ban
two-own = proposed by you
two-approve = Approve
two-decline = Decline
two-take-back = Take back
two-same = This takes two: somebody else than who began it has to decide.
board-requests = requests
board-complaints = complaints
board-unanswered = answers overdue
board-two = for a second one
board-cases-overdue = { $count ->
    [one] One answer is overdue.
   *[other] { $shown } answers are overdue.
}
board-untrained = { $count ->
    [one] One of the staff is due for training.
   *[other] { $shown } of the staff are due for training.
}
people-proposed = Proposed. Somebody else of the office has to approve it on the desk.
people-ban = Ban
people-ban-words = Why they are banned; they are told in these words
people-banned = Banned until { $text }. They were told by mail, and how to contest it.
people-ban-not = Not banned: it takes a reason, and a member.
staff-training = Training
staff-untrained = none yet
staff-train = Write down a training
staff-trained-in = In what
staff-trained-on = On which day
staff-train-button = Write it down

# Contesting a ban
shut-out = Your account is blocked
shut-out-until = Your account is blocked until { $text }. A mail told you why.
contest = Contest the block
contest-lead = Tell us why the block is wrong. Somebody else than who blocked your account looks into it and answers by mail.
contest-words = Why it is wrong
contest-button = Send
contest-done = We have it. A mail with its number is on its way, and the answer comes by mail too.
me-ask = Ask the privacy office
me-ask-button = Send
me-waits = You were asked whether you agree to something, and have not answered.
me-waits-link = Look and answer
me-asked = The privacy office has it. The answer comes by mail.

# What people taught
taught = What was taught
taught-lead = What people answer in the review teaches a head of your own. It is judged on pictures that it had not seen, beside the one that came with the server; whoever objects, is held or is erased takes what they taught along.
taught-nothing = Nobody has answered anything yet.
taught-promote = Better than the shipped head, and surely not worse by a point.
taught-keep = Not better than the shipped head so far.
taught-few = Not enough evidence: fewer than a hundred pictures.
taught-elsewhere = What recognises this attribute reads the pictures themselves, so this cannot be held against it. It proposes answers in the review, and is not published.
taught-judgements = Answers
taught-examples = Pictures that they come to
taught-right = Right, on pictures it had not seen
taught-before = Right, the shipped head
taught-too-few = too few pictures to tell
taught-difference = Difference in points, and between what it surely is
taught-distrusted = { $text }: these answers do not count, as others and pictures that were held out contradict them.
taught-reliability = How sure it is, and how often right (error { $text })
taught-reliability-lead = Each dot is a tenth of the answers. On the line, it is as often right as it is sure.
taught-curve = How it learnt
taught-curve-lead = What a head of the first answers alone gets right, on the pictures of all answers that it had not seen.
taught-answers = Pictures answered
taught-sure = Sure
taught-was-right = Right
taught-pictures = Answers
taught-lineage = Lineage
head-publish = Publish this head
head-publish-hint = It recognises your pictures from then on, and looks at the stored ones again. You can go back.
head-versions = Published heads
head-version = Version
head-at = Published
head-digest = head
head-in-use = in use
head-stands = before it
head-rolled-back = taken back
head-forgotten = gone with who taught it
head-superseded = too old to go back to
head-back = Go back

# What a shop can learn from what it holds
trends = Trends
trends-shares = Shares
trends-unmet = Not found
trends-quality = Machine
trends-usage = Keys
trends-source = Of what
trends-attribute = Attribute
trends-by = Each
trends-week = week
trends-month = month
trends-catalogue = Catalogue
trends-searches = Searches
trends-clicks = Clicks
trends-sales = Sales
trends-table = As a table
trends-change = Change
trends-of = All
trends-few = few
trends-top = 0 – { $text }
trends-rising = rising { $text }
trends-falling = falling { $text }
trends-unsure = unsure { $text }
trends-short = too short to tell
trends-how = How this is measured
trends-how-catalogue = Of the products that came into the catalogue in a period and are still there, those with a value; what waits for review is left out.
trends-how-searches = Of the searches by words or filters that came through the API, those that asked for a value.
trends-how-clicks = Of the visitors who looked at, clicked or put into the cart anything with a value of the attribute, those who did with this one. Of each visitor and product the last time counts.
trends-how-sales = Of the visitors who bought anything with a value of the attribute, those who bought this one. Of each visitor and product the last time counts.
trends-how-interval = The shade is the 95% interval of each share (Wilson). Rising and falling are said of the line through all periods that are over, in points of a hundred, when its interval, widened for all values that are shown, leaves no doubt. A ring is a period that stands alone, or the last one, which is not over.
trends-how-least = Groups of fewer than { $text } people are not shown and enter no other figure.
trends-how-least-searches = Values that fewer than { $text } searches asked for, or did not ask for, are not shown and enter no other figure.
trends-empty-catalogue = Nothing came into the catalogue in this time. Import products, or look back by months.
trends-empty-searches = No search asked for a value of this attribute. Searches by POST /api/v1/search are counted from the first one on.
trends-empty-clicks = No visitor did anything with a product of this attribute. Send what visitors do to POST /api/v1/events.
trends-empty-sales = No visitor bought a product of this attribute. Send purchases to POST /api/v1/events.
unmet-searches = Searches
unmet-empty = Found nothing
unmet-words = Words
unmet-last = Last
unmet-named = Names (products)
unmet-nearest = Nearest (products)
unmet-none = No words to show. What shoppers search for by POST /api/v1/search and do not find stands here once it was searched for often enough.
unmet-how = The last 30 days, searches by words or filters through the API. Words stand here once they were searched for in { $text } different hours, and until then in the server's memory alone; what looks like an address or a number never does.
quality-none = Too few answers in the review so far.
quality-all = all
quality-judged = Answers
quality-right = Right
quality-interval = 95% interval
quality-how = Answers in the review about what the machine said, and how many left it as it was. The review asks about what the machine is least sure of first, so that all tags together are better than this. Values with fewer than { $text } answers are not shown, nor what they could be computed from.
usage-none = There is no key. Make one on the page of keys.
usage-total = { $count ->
    [one] One request in 30 days
   *[other] { $shown } requests in 30 days
}
usage-area = Of what
usage-events = What visitors did
usage-visitors = Visitors
usage-images = Pictures
usage-other = Other
usage-requests = Requests
usage-refused = Refused
usage-failed = Failed
usage-how = Requests of the last 30 days, today's on the right. Refused are mistakes of whoever asked, failed are ours. Counts are written every few seconds.

# Who is forgotten
forgettings = Forgotten
forgettings-lead = Models that were made anew because somebody is forgotten: the first digits of their digests. The audit log and the certificate have both whole.
forgettings-model = Model
forgettings-before = Before
forgettings-after = After

# What visitors are recommended
recommendations = Recommendations
recommendations-lead = What visitors did with products recommends others. Here are the lists as somebody sees them who looked at some products; nothing of it is kept.
recommended-seen = Looked at (SKU)
recommended-example = A-001, A-002
recommended-for-you = For them
recommended-goes-with = Goes with { $text }
recommended-similar = Similar to { $text }
recommended-popular = Popular
recommended-unknown = There is no product { $text }.
recommended-nothing = Nothing yet. Send what visitors do to POST /api/v1/events.
goes-with = Goes with this
because-history = because of what they looked at
because-product = because of { $text }
because-looks = looks like { $text }
because-popular = popular
recommender = What recommends
recommender-lead = It follows from what visitors did and is kept nowhere. Whoever is forgotten leaves it as if they had never come.
recommender-visitors = Visitors who did something
recommender-products = Products with which they did
recommender-fitted = Fitted
recommender-clicks = Visitors who chose something that a search found
recommender-weights = A search counts look : colour : words
recommender-best = Clicks would gain most under, and by how much
show = Show

# The API's page
api-introduction = Send your key as Authorization: Bearer vs_…. A publishable key (vp_…) may search, ask for recommendations, tell what visitors do and read the taxonomy. Errors come in one envelope; decide on error.code and quote error.request_id. Lists are paged by cursor and next.
api-body = Body:
api-documents = Documents

# Why a draft of the policy is refused.
draft-too-late = Too late: it had to be posted before { $a }, to stand for { $b } full days. Choose a later first day.
draft-changed = The draft was changed since. Look at it again.
draft-not-as-posted = `{ $text }` was posted with another text. Give a changed policy another version.
draft-other-policy = `{ $a }` is of `{ $b }`, not of `{ $c }`. Give a version of the same policy.
draft-twice = `{ $a }` and `{ $b }` begin on one day or bear one name. Give the later one another.
draft-longer = `{ $a }` keeps `{ $c }` longer than `{ $b }` on the same basis. A longer period needs a new one: name its law or its consent, or keep the period.
draft-undeclared = Nobody declared what the database column `{ $a }` holds. Tell whoever runs this server.
draft-missing = The database column `{ $a }` is declared but not there. Tell whoever runs this server.
draft-unknown-item = The database column `{ $a }` holds `{ $b }`, which this draft does not list. Add the item with purpose and clock.
draft-no-login = Nobody could sign in: the cookie `{ $a }` is not listed. Add `[cookie.{ $a }]` with `essential = true`.
mistake-bad-name = `{ $a }` is no name; write up to 40 of `a-z`, `0-9`, `_` and `-`
mistake-by-consent-and-required = item `{ $a }` is required but serves only what needs consent, which must be free; write `required = false` or name a purpose of the contract
mistake-circle = retention `{ $a }` ends with itself; give one of the circle `starts` and `keep`
mistake-class-serves-nothing = class `{ $a }` is separated but serves nothing; write `serves` in its retention
mistake-class-without-clock = class `{ $a }` has no clock; write `[retention.{ $a }]` with `starts` and `keep`
mistake-class-without-item = class `{ $a }` holds no item; give one `class = "{ $a }"` or remove it
mistake-every-item-without-law = only a law opens every item; write `basis = "statute"`, or list the purpose in its items
mistake-item-of-other-class = item `{ $a }` is of class `{ $b }`; list it under `also`
mistake-item-of-this-class = item `{ $a }` is of this class already; list it under `items`
mistake-item-without-clock = item `{ $a }` has no clock; list it in a retention of its class
mistake-item-without-purpose = item `{ $a }` has no purpose; write `purposes = ["…"]`, or remove it
mistake-law-without-statute = a law is named, but the basis is none; write `basis = "statute"` or remove `law`
mistake-no-clause = no clause `{ $a }`; add `[clause."{ $a }"]` or name one of the file
mistake-no-day = `{ $a }` is no day; write `2019-08-01`
mistake-no-dormancy = regime `kr-2019` separates who stays away; write `[dormancy]`
mistake-no-item = no item `{ $a }`; name items of this file
mistake-no-look = every look at personal data is kept for whom it is about; write `[class.look]` with its retention
mistake-no-mail = whoever stays away is told by mail, which waits; write `[class.mail]` and `[item.mail]`
mistake-no-such = no { $a } `{ $b }`; write one of { $c }
mistake-no-zone = `{ $a }` is not a time zone; write its name in the IANA table, such as `Asia/Seoul`
mistake-not-read = { $a }
mistake-notice-of-no-days = a notice of no days is none; write 1 or more
mistake-notice-too-short = `notice_days = { $a }` is too short; write { $b } or more
mistake-notified-too-late = `notify_days_before` must leave { $a } full days; write { $b } or more
mistake-purpose-without-basis = purpose `{ $a }` has no basis; write `basis = "contract"`, `"consent"`, `"statute"` or `"internal"`
mistake-retention-without-clock = retention `{ $a }` has no clock; write `starts = ["…"]` and `keep = "…"`, or `ends_with = "…"`
mistake-small-cell = a group of one is a person; write 2 or more
mistake-statute-without-law = a statute without its law; write `law = { "{" } ko = "…", en = "…" { "}" }`
mistake-too-long = longer than { $a } bytes; nothing of the kind needs so many
mistake-too-many = more than { $a } { $b }; merge some that always go together
mistake-two-clocks = two clocks: `ends_with` and `starts`; write one of them
mistake-until-of-statute = `until` ends what a membership or a reason of our own holds, no statute; write `lives = "membership"`, or a retention that starts with it
mistake-whole-days = class `{ $a }` goes by whole days, so it needs exactly one retention and `lives = "separated"`
mistake-withdrawal-alone = `withdrawal` is told by the membership and stands alone; write another retention for the rest

# Why a row or a picture was refused.
refusal-column = Column `{ $a }`: { $b }
refusal-bad-address = Not an address that is fetched. Use `http` or `https` without a user name.
refusal-bad-currency = Not a currency. Use three letters such as `KRW`.
refusal-bad-price = Not a price. Write a number such as `39000` or `24.90`, 0 to 1,000,000,000.
refusal-bad-sku = Not a SKU. Use 1 to 120 characters without control characters.
refusal-bad-status = The address answered { $count }. Check it.
refusal-feed-empty = The file is empty. Send a header row and at least one product.
refusal-feed-header = The header row cannot be read. Save the file again as CSV, JSON Lines or XML.
refusal-feed-mapping = The columns do not fit the file: one names each product, and each is used once. Choose them again.
refusal-feed-not-text = This is no feed. Send CSV, JSON Lines or XML as text.
refusal-feed-too-wide = The file has more columns than a feed may have. Take some out.
refusal-file-missing = The picture’s file cannot be read. Check its path.
refusal-file-too-long = The file has more than { $shown } bytes and was read no further. Split it.
refusal-file-unreadable = The file could not be read further. Send it again.
refusal-no-authorities = This server cannot make connections: it has no certificate authorities. Tell whoever runs it.
refusal-not-fetched = Nothing could be fetched from that address. Try again.
refusal-not-json = Not JSON at column { $shown }. Write one object a line.
refusal-not-object = Not a JSON object. Write one a line.
refusal-not-understood = This was not understood. Start it again.
refusal-nul-byte = A NUL byte. Save the file as text.
refusal-open-quote = A quote opens in this row and never closes. Double it to write one.
refusal-other-width = The header has { $shown } columns and this row another number of values. Quote values that hold the separator.
refusal-ours = Something failed on our side. Try again.
refusal-path-not-read = Only `http` and `https` addresses can be read from here. Upload the picture instead.
refusal-path-outside = The path leaves the feed’s folder. Move the picture into it.
refusal-picture-animated = The picture is animated. Send one still picture of the product.
refusal-picture-cut-off = The picture is cut off. Send the whole file again.
refusal-picture-damaged = The picture is damaged. Export it again and send that.
refusal-picture-empty = The file is empty. Send a JPEG, PNG or WebP picture.
refusal-picture-gone = The stored picture is gone. Import it again.
refusal-picture-too-deep = Opening the picture takes too much memory. Send it with 8 bits a channel, or smaller.
refusal-picture-too-large = The picture’s file is too large. At most { $shown } bytes are taken.
refusal-picture-too-many-pixels = The picture has too many pixels. Send at most { $shown } in all.
refusal-picture-unknown = Not a picture that is read. Send a JPEG, PNG or WebP picture.
refusal-private-address = The address is on a private network. If it is yours, have it added to `fetch.allow`.
refusal-repeated-sku = The same SKU as on line { $shown }; the later line is kept.
refusal-row-too-long = The row has more than { $shown } bytes. Shorten it.
refusal-row-too-wide = The row has more than { $shown } values.
refusal-text-too-long = Too long. At most { $shown } characters are kept.
refusal-too-late = The address did not answer in time. Try again.
refusal-too-many-fields = Too many own fields. A product carries at most 50.
refusal-too-many-redirects = The address redirects more than { $shown } times. Use the final one.
refusal-undecoded = Characters that cannot be read. Save the file as UTF-8.
refusal-unknown-host = No server has that name. Check the address.
refusal-unknown-tag = Not an attribute or value of the taxonomy. The product is kept without it.

# Members of sealed documents
doc-at = When
doc-ban = Ban that is contested
doc-by = By
doc-by-guardian = Asked for by the guardian
doc-by-letter = Answered by letter
doc-channel = How
doc-checked = Identity checked
doc-contact = Contact
doc-continues = Goes on from
doc-day = Day
doc-decision = Decision
doc-entry = Entry in the audit log
doc-given = Given
doc-had-second = One-time passwords at that time
doc-how = How
doc-invitation = Invitation
doc-items = Items
doc-language = Language
doc-left-out = Left out
doc-organisation = Number of the shop
doc-outcome = Outcome
doc-parts = Parts
doc-photo = With a photo
doc-right = Right
doc-since = First used
doc-status = Answer of the mail server
doc-stays = Stays
doc-taken-back-before = Taken back before
doc-text-sha256 = SHA-256 of what was shown
doc-until = Until
doc-words = Words
doc-yes = yes
doc-no = no
doc-korean = Korean
doc-english = English
doc-confirmed = confirmed
