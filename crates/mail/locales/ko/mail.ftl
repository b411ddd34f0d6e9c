# At the end of every letter
footer-contact = 전화 { $phone }, 전자우편 { $mail }
footer-mail = 전자우편 { $mail }

# Ordinary letters
verify-mail-subject = { $service } 메일 주소를 확인해 주세요
verify-mail-body =
    { $service }에 이 주소로 가입하셨어요. 아래에서 확인하면 쓸 수 있어요.

    { $link }

    가입한 적이 없다면 이 메일을 지워 주세요. 확인하지 않은 가입은 남지 않아요.
verify-mail-action = 메일 주소 확인하기

confirm-change-subject = { $service } 새 메일 주소를 확인해 주세요
confirm-change-body =
    { $service } 회원이 앞으로 이 주소로 메일을 받고 싶다고 했어요. 본인이라면 아래에서 확인해 주세요.

    { $link }

    본인이 아니라면 이 메일을 지워 주세요. 아무것도 바뀌지 않고, 이 주소도 남지 않아요.
confirm-change-action = 새 메일 주소 확인하기

known-already-subject = { $service }에 이미 계정이 있어요
known-already-body =
    누군가 { $service }에 이 주소를 적었는데, 이 주소로 만든 계정이 이미 있어요. 본인이라면 그 계정으로 들어오거나, 아래에서 새
    비밀번호를 정해 주세요.

    { $link }

    본인이 아니라면 이 메일을 지우시면 돼요. 바뀐 것은 없어요.
known-already-action = 새 비밀번호 정하기

reset-password-subject = { $service } 비밀번호를 다시 정해 주세요
reset-password-body =
    비밀번호를 다시 정하고 싶다고 하셨어요. 아래에서 새로 정할 수 있어요.

    { $link }

    요청한 적이 없다면 그대로 두세요. 지금 비밀번호는 바뀌지 않아요.
reset-password-action = 비밀번호 다시 정하기

mail-changed-subject = { $service } 메일 주소가 바뀌었어요
mail-changed-body =
    메일 주소가 바뀌었어요. 앞으로는 새 주소 { $new }에 메일을 보내요.

    바꾼 적이 없다면 아래에서 되돌릴 수 있어요.

    { $link }
mail-changed-action = 메일 주소 되돌리기

new-passkey-subject = { $service } 패스키를 만들었어요
new-passkey-body =
    회원님의 계정에 패스키를 만든 기록이 있어요. 패스키로는 비밀번호 없이 들어올 수 있어요.

    - 패스키: { $passkey }
    - 때: { $when }

    본인이 아니라면 내 정보에서 패스키를 지우고, 비밀번호를 바꾸고, 모든 기기에서 나가 주세요.
new-device-subject = { $service }에 새 기기로 들어왔어요
new-device-body =
    새 기기에서 들어온 기록이 있어요.

    - 기기: { $device }
    - 때: { $when }

    본인이 아니라면 비밀번호를 바꾸고 모든 기기에서 나가 주세요.

invitation-subject = { $organisation }에서 초대했어요
invitation-body =
    { $organisation }에서 { $service }에 초대했어요.

    - 맡을 역할: { $role }

    { $link }

    { $day }까지 받을 수 있어요. 초대를 받지 않으면 이 주소는 남지 않아요.
invitation-by-body =
    { $organisation }에서 { $inviter } 님이 { $service }에 초대했어요.

    - 맡을 역할: { $role }

    { $link }

    { $day }까지 받을 수 있어요. 초대를 받지 않으면 이 주소는 남지 않아요.
invitation-action = 초대 받기

staff-invitation-subject = { $service } 담당자로 초대해요
staff-invitation-body =
    { $service } 담당자로 초대받으셨어요. 아래에서 비밀번호를 정하면 시작할 수 있어요.

    { $link }

    모르는 초대라면 이 메일을 지워 주세요.
staff-invitation-action = 시작하기

audit-head-subject = 감사 기록의 서명된 헤드, { $day }
audit-head-body =
    { $day } 파기를 마쳤습니다. 아래 한 줄을 보관해 주시기 바랍니다. 나중에 감사 기록의 항목이 바뀌거나 빠졌는지 이 줄과 공개 열쇠로 확인하실 수 있습니다.

    { $text }

    기록의 사본은 `vestry audit verify FOLDER --key KEY --head FILE` 로 확인하실 수 있습니다.

# Network Act, article 50 (4) and its decree's table 6: the mark comes first in the subject; how to refuse stands in both languages
marketing-subject = (광고) { $subject }
marketing-body =
    { $text }

    광고 수신에 동의하셔서 보내 드려요. 더 받고 싶지 않다면 아래에서 바로, 무료로 거부할 수 있어요.
    To stop receiving these advertisements, unsubscribe below, free of charge.

    { $link }
marketing-action = 수신 거부 (Unsubscribe)

# Letters of the privacy office
guardian-asked-subject = { $service } 법정대리인 동의를 요청드립니다
guardian-asked-body =
    만 14세 미만 아동이 { $organisation }에 가입하려고 합니다. 가입하려면 법정대리인의 동의가 필요합니다.

    수집하는 항목과 목적, 보유 기간은 아래에서 확인하고 동의하거나 거부하실 수 있습니다.

    { $link }

    거부하시거나 { $day }까지 답하지 않으시면 가입 정보와 이 주소를 파기합니다.
guardian-asked-action = 확인하고 답하기

guardian-done-subject = { $service } 법정대리인의 동의가 확인되었습니다
guardian-done-body =
    법정대리인의 동의가 확인되어 { $service } 서비스를 이용하실 수 있습니다.

    동의는 언제든지 철회하실 수 있으며, 철회하는 방법은 개인정보 처리방침에 있습니다.

own-consent-subject = { $service } 본인의 동의를 요청드립니다
own-consent-body =
    만 14세가 되셨습니다. 지금까지는 법정대리인이 동의했으나, 이제부터는 본인이 직접 동의하거나 동의를 철회하실 수 있습니다.

    { $link }
own-consent-action = 확인하고 답하기

consent-reminder-subject = { $service } 광고성 정보 수신 동의를 확인해 주세요
consent-reminder-body =
    { $day }에 { $service } 광고성 정보 수신에 동의하셨습니다. 계속 받으시려면 하실 일이 없습니다.

    더 받지 않으시려면 아래에서 언제든지 무료로 철회하실 수 있습니다.

    { $link }
consent-reminder-action = 동의 확인하기

consent-result-subject = { $service } 광고성 정보 수신 동의 처리 결과
consent-result-given-body =
    { $when }에 { $service } 광고성 정보 수신에 동의하신 것으로 처리했습니다. 언제든지 철회하실 수 있습니다.
consent-result-withdrawn-body =
    { $when }에 { $service } 광고성 정보 수신 동의를 철회하신 것으로 처리했습니다. 이제 보내 드리지 않습니다.

dormancy-subject = { $service } 개인정보를 분리보관할 예정입니다
dormancy-body =
    오랫동안 { $service } 서비스를 이용하지 않으셨습니다. { $day }에 다음 개인정보를 다른 개인정보와 분리하여 보관합니다.

    { $items }

    계속 이용하시려면 그 전에 아래에서 로그인하시기 바랍니다.

    { $link }
dormancy-action = 계속 이용하기

account-left-subject = { $service } 탈퇴가 처리되었습니다
account-left-body =
    탈퇴가 처리되어 개인정보를 파기합니다. 다만 보존해야 하는 다음 항목은 그 날까지 분리보관한 뒤 파기합니다.

    { $items }
account-left-nothing-body =
    탈퇴가 처리되어 개인정보를 모두 파기합니다. 이 메일도 전해지면 남기지 않습니다.
kept-line = { $items }: { $why }, { $until }까지
kept-open-line = { $items }: 관련된 일이 끝날 때까지

policy-changes-subject = { $service } 개인정보 처리방침이 바뀝니다
policy-changes-body =
    { $day }부터 개인정보 처리방침 { $version }판이 적용됩니다. 바뀌는 내용은 아래에서 비교하실 수 있습니다.

    { $link }
policy-changes-action = 바뀌는 내용 보기

transfer-subject = { $service } 개인정보 이전을 알려드립니다
transfer-body =
    영업의 양도 등으로 { $day }에 개인정보가 다음 사업자에게 이전됩니다.

    - 이전받는 자: { $transferee }

    이전받는 자의 주소와 연락처, 이전을 원하지 않으실 때의 방법과 절차는 아래에 있습니다.

    { $link }
transfer-action = 이전 내용 보기

request-answer-subject = { $service } 요청하신 일에 답변드립니다
request-answer-body =
    개인정보에 관하여 요청하신 일에 다음과 같이 답변드립니다.

    { $text }

    답변에 이의가 있으시면 개인정보 보호책임자에게 이의를 제기하실 수 있습니다.

complaint-received-subject = { $service } 불만 사항을 접수하였습니다
complaint-received-body =
    보내 주신 불만 사항을 접수하였습니다. 접수 번호는 { $number }입니다.

    검토한 뒤 이 주소로 답변드리겠습니다.

complaint-answered-subject = { $service } 불만 사항에 답변드립니다
complaint-answered-body =
    보내 주신 불만 사항에 다음과 같이 답변드립니다.

    { $text }

request-received-subject = { $service } 요청하신 일을 접수하였습니다
request-received-body =
    개인정보에 관하여 요청하신 일을 접수하였습니다. 접수 번호는 { $number }입니다.

    { $day }까지 답변드리겠습니다. 그 전에 본인인지 확인을 부탁드릴 수 있습니다.

request-partly-subject = { $service } 요청하신 일에 답변드립니다
request-partly-body =
    개인정보에 관하여 요청하신 일에 다음과 같이 답변드립니다. 일부는 요청대로 처리하지 못하였습니다.

    { $text }

    답변에 이의가 있으시면 개인정보 보호책임자에게 이의를 제기하실 수 있습니다.
request-kept-body =
    개인정보에 관하여 요청하신 일에 다음과 같이 답변드립니다. 일부는 요청대로 처리하지 못하였습니다.

    { $text }

    다음 항목은 적힌 날까지 분리보관한 뒤 파기합니다.

    { $items }

    답변에 이의가 있으시면 개인정보 보호책임자에게 이의를 제기하실 수 있습니다.

request-refused-subject = { $service } 요청하신 일에 답변드립니다
request-refused-body =
    개인정보에 관하여 요청하신 일은 다음과 같은 이유로 처리하지 못하였습니다.

    { $text }

    답변에 이의가 있으시면 개인정보 보호책임자에게 이의를 제기하실 수 있습니다.

banned-subject = { $service } 이용이 제한되었습니다
banned-body =
    다음과 같은 이유로 { $day }까지 이용이 제한되었습니다.

    { $text }

    제한에 이의가 있으시면 아래에서 이의를 제기하실 수 있습니다. 제한한 사람이 아닌 다른 담당자가 검토합니다. 그동안에도 메일이나 전화로 개인정보를 열람하고 고치고 지우실 수 있습니다.

    { $link }
banned-action = 이의 제기하기

ban-lifted-subject = { $service } 이용 제한이 풀렸습니다
ban-lifted-body =
    이용 제한이 풀려 다시 로그인하실 수 있습니다.

    { $text }
