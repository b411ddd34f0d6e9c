# At the end of every letter
footer-contact = Phone { $phone }, mail { $mail }
footer-mail = Mail { $mail }

# Ordinary letters
verify-mail-subject = Confirm your mail address for { $service }
verify-mail-body =
    Someone signed up to { $service } with this address. If it was you, confirm it below and you can start.

    { $link }

    If it was not you, delete this mail. A sign-up that is not confirmed is not kept.
verify-mail-action = Confirm the address

confirm-change-subject = Confirm your new mail address for { $service }
confirm-change-body =
    A member of { $service } wants to be reached at this address from now on. If it was you, confirm it below.

    { $link }

    If it was not you, delete this mail. Nothing is changed, and this address is not kept.
confirm-change-action = Confirm the new address

known-already-subject = You have an account at { $service }
known-already-body =
    Someone gave this address to { $service }, and it has an account already. If it was you, sign in, or choose a new
    password below.

    { $link }

    If it was not you, delete this mail. Nothing was changed.
known-already-action = Choose a new password

reset-password-subject = Choose a new password for { $service }
reset-password-body =
    You asked for a new password. You can choose it below.

    { $link }

    If you did not ask, leave it: your password stays as it is.
reset-password-action = Choose a new password

mail-changed-subject = Your mail address at { $service } was changed
mail-changed-body =
    Your mail address was changed to { $new }. Letters go there from now on.

    If you did not change it, you can undo it below.

    { $link }
mail-changed-action = Undo the change

new-passkey-subject = A passkey for { $service } was made
new-passkey-body =
    Somebody made a passkey for your account. It signs in without your password.

    - Passkey: { $passkey }
    - When: { $when }

    If it was not you, remove it under your data, change your password and sign out everywhere.
new-device-subject = A new device signed in to { $service }
new-device-body =
    A device that we had not seen before signed in.

    - Device: { $device }
    - When: { $when }

    If it was not you, change your password and sign out everywhere.

invitation-subject = { $organisation } invites you
invitation-body =
    { $organisation } invites you to { $service }.

    - Your role: { $role }

    { $link }

    You can accept until { $day }. If you do not, this address is not kept.
invitation-by-body =
    { $inviter } invites you to { $service } at { $organisation }.

    - Your role: { $role }

    { $link }

    You can accept until { $day }. If you do not, this address is not kept.
invitation-action = Accept the invitation

staff-invitation-subject = You are invited to the staff of { $service }
staff-invitation-body =
    You are invited to join the staff of { $service }. Choose a password below to start.

    { $link }

    If you did not expect this, delete this mail.
staff-invitation-action = Start

audit-head-subject = Signed head of the audit log, { $day }
audit-head-body =
    The sweep for { $day } is done. Keep this line: with it and the public key you find out later whether an entry of the audit log was changed or taken out since.

    { $text }

    `vestry audit verify FOLDER --key KEY --head FILE` checks a copy of the log against it.

# Network Act of Korea, article 50 (4) and its decree's table 6: the mark comes first in the subject, in whatever language
marketing-subject = (광고) [Ad] { $subject }
marketing-body =
    { $text }

    You receive this because you agreed to advertising. You can stop it below at any time, free of charge.
    광고 수신을 원하지 않으시면 아래에서 무료로 거부하실 수 있습니다.

    { $link }
marketing-action = Unsubscribe (수신 거부)

# Letters of the privacy office
guardian-asked-subject = { $service } asks for a guardian’s consent
guardian-asked-body =
    A child under 14 wishes to join { $organisation }. This needs the consent of a legal guardian.

    What would be collected, why and for how long stands below, where you can consent or refuse.

    { $link }

    If you refuse, or do not answer until { $day }, the sign-up and this address are destroyed.
guardian-asked-action = Read and answer

guardian-done-subject = Your guardian’s consent has been confirmed at { $service }
guardian-done-body =
    Your legal guardian has consented, and you can now use { $service }.

    The consent can be withdrawn at any time; the privacy policy says how.

own-consent-subject = { $service } asks for your own consent
own-consent-body =
    You are now 14 years old. So far your legal guardian consented for you; from now on you can consent, or withdraw consent, yourself.

    { $link }
own-consent-action = Read and answer

consent-reminder-subject = { $service }: your consent to advertising
consent-reminder-body =
    On { $day } you agreed to advertising from { $service }. To go on receiving it you need do nothing.

    To stop it, withdraw your consent below at any time, free of charge.

    { $link }
consent-reminder-action = Look at the consent

consent-result-subject = { $service }: your word on advertising
consent-result-given-body =
    We recorded on { $when } that you agreed to advertising from { $service }. You can withdraw it at any time.
consent-result-withdrawn-body =
    We recorded on { $when } that you withdrew your consent to advertising from { $service }. You will get no more of it.

dormancy-subject = { $service } will store your personal information separately
dormancy-body =
    You have not used { $service } for a long time. On { $day } the following personal information will be stored apart from the rest.

    { $items }

    To go on using your account, sign in below before then.

    { $link }
dormancy-action = Go on using the account

account-left-subject = Your account at { $service } has been closed
account-left-body =
    Your account has been closed and your personal information is destroyed, except for what has to be kept. It is stored separately until the day named and then destroyed.

    { $items }
account-left-nothing-body =
    Your account has been closed and all of your personal information is destroyed. Nothing is kept, nor is this mail once it is delivered.
kept-line = { $items }: { $why }, until { $until }
kept-open-line = { $items }: until the case that needs it is closed

policy-changes-subject = The privacy policy of { $service } is changing
policy-changes-body =
    Version { $version } of the privacy policy applies from { $day }. You can compare what changes below.

    { $link }
policy-changes-action = See what changes

transfer-subject = Your personal information at { $service } will be transferred
transfer-body =
    Because of a transfer of business, your personal information goes to another company on { $day }.

    - Transferee: { $transferee }

    The transferee’s address and contact, and what to do if you do not want the transfer, stand below.

    { $link }
transfer-action = See the transfer

request-answer-subject = The answer of { $service } to your request
request-answer-body =
    This is our answer to your request about your personal information.

    { $text }

    If you disagree, you can object to the privacy officer.

complaint-received-subject = { $service } has received your complaint
complaint-received-body =
    We have received your complaint. Its number is { $number }.

    We will answer at this address when we have looked into it.

complaint-answered-subject = The answer of { $service } to your complaint
complaint-answered-body =
    This is our answer to your complaint.

    { $text }

request-received-subject = { $service } has received your request
request-received-body =
    We have received your request about your personal information. Its number is { $number }.

    We will answer by { $day }. We may ask you first to show that it is you.

request-partly-subject = The answer of { $service } to your request
request-partly-body =
    This is our answer to your request about your personal information. A part of it we could not do.

    { $text }

    If you disagree, you can object to the privacy officer.
request-kept-body =
    This is our answer to your request about your personal information. A part of it we could not do.

    { $text }

    The following is stored apart from the rest until the day named and then destroyed.

    { $items }

    If you disagree, you can object to the privacy officer.

request-refused-subject = The answer of { $service } to your request
request-refused-body =
    We could not do what you requested about your personal information, for this reason.

    { $text }

    If you disagree, you can object to the privacy officer.

banned-subject = Your account at { $service } has been blocked
banned-body =
    Your account has been blocked until { $day }, for this reason.

    { $text }

    If you disagree, you can contest it below. Somebody else than who blocked it will look into it. Your personal information stays yours meanwhile: you can see, correct and delete it by writing to us or calling.

    { $link }
banned-action = Contest the block

ban-lifted-subject = Your account at { $service } is open again
ban-lifted-body =
    The block of your account has been lifted, and you can sign in again.

    { $text }
