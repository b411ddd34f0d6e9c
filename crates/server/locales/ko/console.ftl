# The frame
skip = 본문으로 가기
nav = 메뉴
catalogue = 상품
search = 검색
imports = 가져오기
keys = 키
find = 검색어를 쓰거나 사진을 놓으세요
theme = 밝게 또는 어둡게
sign-out = 나가기
close = 닫기
cancel = 취소
clear = 지우기
add = 추가
offline = 서버가 응답하지 않았어요. 바뀐 것은 없으니 다시 해 주세요.
help-title = 단축키
help-find = 검색
help-walk = 사진 사이를 옮겨 다니기
help-open = 상품 열기
help-paste = 복사한 사진으로 검색
help-help = 이 도움말

# Signing in
sign-in = 들어가기
sign-in-hint = 서버를 처음 켤 때 나온 키를 넣어 주세요.
key = 키
wrong-key = 이 서버의 비밀 키가 아니에요. ‘vs_’부터 끝까지 그대로 복사해 주세요.

# Problems
problem-not-found = 여기에는 아무것도 없어요
problem-refused = 이렇게는 할 수 없어요
problem-too-large = 너무 커요
problem-forbidden = 허용되지 않아요
problem-ours = 서버에서 문제가 생겼어요
problem-ours-hint = 바뀐 것은 없어요. 다시 해 보고, 계속되면 요청 번호를 운영하는 분께 알려 주세요.
to-catalogue = 상품으로 가기
request-id = 요청 번호

# Catalogue
filters = 필터
products = 상품 { $shown }개
newest-first = 최신순
to-review = 확인할 것 { $shown }개
to-review-filter = 확인할 것
remove-filter = ‘{ $text }’ 필터 빼기
clear-filters = 모두 지우기
more-values = { $shown }개 더
nothing-matches = 모든 조건에 맞는 상품이 없어요
catalogue-empty = 아직 상품이 없어요
catalogue-empty-hint = 상품 파일을 가져오면 1분쯤 뒤에 모든 상품에 태그가 붙고 찾을 수 있어요.
import-first = 상품 가져오기
pages = 쪽
first-page = 처음
next-page = 다음
similar = 비슷한 상품
edit-tags = 태그 고치기
demo-note = 이 상품들은 Vestry가 직접 그린 그림이에요. 사진으로 배운 모델은 그림을 잘 모르기 때문에 그림의 절반에 달린 정답으로 따로 배우게 했고, 나머지 절반은 그렇게 붙인 태그예요.
brand = 브랜드

# Search
drop-photo = 사진을 놓거나 붙여 넣으세요
drop-photo-hint = JPEG, PNG, WebP. 이번 검색에만 쓰고 바로 지워요.
choose-photo = 사진 고르기
camera = 사진 찍기
shoot = 찍기
whole-photo = 사진 전체
remove-photo = 빼기
your-photo = 검색에 쓰는 사진
crop = 검색에 쓸 부분. 화살표로 옮기고, 시프트와 함께 누르면 크기가 바뀌어요
found-garment = 찾은 옷. 누르면 이 옷만 검색해요
faces-hidden = 얼굴은 알아볼 수 없게 가린 다음 검색했어요.
no-image = 사진이 아니에요. JPEG, PNG, WebP를 써 주세요.
no-camera = 여기서는 카메라를 쓸 수 없어요. 사진을 골라 주세요.
like-product = 비슷한 기준
words = 검색어
words-example = 검정 7부 소매 줄무늬
cut-off = 최소 유사도
weights = 중요도
weight-look = 모양
weight-colour = 색
weight-words = 검색어
search-empty = 사진이나 말로 찾아요
search-empty-hint = 사진을 놓고 중요한 부분에 네모를 그려 보세요. 검색어를 더해도 돼요.
found = { $count ->
    [0] 결과 없음
   *[other] 결과 { $shown }개
  }
found-about = 결과 약 { $shown }개
corrected = ‘{ $text }’(으)로 찾았어요
seen = 사진에서 본 것
no-match = 비슷한 상품이 없어요
no-match-hint = 최소 유사도를 낮추거나, 네모를 좁히거나, 검색어를 줄여 보세요.
why-look = 모양
why-colour = 색
why-words = 검색어
why-pinned = 고정
why-boosted = 올림
why-buried = 내림
why-folded = 같은 것 { $shown }개 더

# Product
shop-page = 쇼핑몰에서 보기
tags = 태그
no-tags = 아직 이 상품에 대한 태그가 없어요. 사진을 인식하면 나타나요.
accept = 맞아요
reject = 아니에요
change = 바꾸기
add-tag = 태그 추가
history = 기록 { $shown }건
history-removed = { $text } 뺌
history-undone = 되돌림
history-added = { $text } 넣음
who-catalogue = 상품 정보
who-you = 이 화면
source-person = 사람이 확인
source-catalogue = 상품 정보
alike = 이 상품과 비슷해요

# Review
review = 확인
review-questions = 확인할 것 { $shown }개
review-suggested = 기계가 자신 있는 것 { $shown }개
review-today = 오늘 { $shown }개 했어요
review-percent = 전체의 { $shown }%를 확인했어요
review-filter = 속성
review-all = 모두
review-unreviewed = 기계의 제안, 확인 전
review-from-alike = 비슷한 상품
review-skip = 넘기기
review-other = 다른 값
review-choose = 고르기
review-alike = 비슷한 상품에 한 번에
review-its-alike = 비슷한 상품에도
review-last = 방금
review-undo = 되돌리기
review-not = { $text } 아님
review-accuracy = { $text }: 확인한 { $shown }개 가운데 { $percent }%를 기계가 맞혔어요
review-accuracy-hint = 기계가 자신 없어 하는 것부터 확인하므로 전체 정확도는 이보다 높아요
review-taken = 그 사이에 다른 사람이 먼저 답했어요. 그 답은 그대로 있어요.
review-left-alone = 그 사이에 다른 사람이 바꾼 것은 그대로 두었어요.
review-end = 끝까지 봤어요
review-skipped = 넘긴 것이 { $shown }개 남았어요.
review-again = 처음부터 보기
review-empty = 확인할 것이 없어요
review-empty-hint = 상품 사진이 새로 들어오면 기계의 제안이 여기에 모여요.
review-alike-hint = 고른 사진에 이 값을 한 번에 붙여요. 되돌리기 한 번이면 모두 원래대로 돌아와요.
review-apply = 고른 것에 적용
review-show = 보기
review-back = 확인으로 돌아가기
review-no-alike = 비슷한 상품 가운데 확인할 것이 없어요
review-no-alike-hint = 모두 확인했거나, 비슷한 상품이 없어요.

# Imports
drop-feed = 상품 파일을 놓으세요
drop-feed-hint = CSV나 JSONL. 가져오기 전에 각 열을 어떻게 읽는지 먼저 보여 드려요.
choose-feed = 파일 고르기
upload = 올리기
earlier-jobs = 지난 작업
job-kind = 작업
job-import = 상품 가져오기
job-tag = 사진 태그 달기
job-look = 저장한 사진 다시 보기
job-finished = 작업을 마쳤어요.
all-imports = 가져오기 모두
started = 시작
state = 상태
state-waiting = 기다리는 중
state-running = 진행 중
state-done = 끝남
state-failed = 멈춤
state-cancelled = 취소함
rows-done = 마친 항목
rows-total = 전체 항목
rows-refused = 거절한 항목
rate = 초당 항목
left-seconds = 약 { $shown }초 남았어요
left-minutes = 약 { $shown }분 남았어요
mapping = 열 맞추기
mapping-hint = 각 열의 뜻을 확인하고 시작하세요.
mapping-ignore = 빼기
mapping-own = 자체 항목
column = 열
example = 예
meaning = 읽는 뜻
start-import = 가져오기 시작
import-stopped = 작업이 멈췄어요. 그전에 마친 것은 그대로 있어요.
see-catalogue = 상품 보기
refused-rows = 거절한 행
refused-hint = 파일에서 고친 다음 다시 가져오세요. 바뀐 것만 새로 읽어요.
line = 줄
value = 값
reason = 이유
upload-gone = 올린 파일을 더 이상 갖고 있지 않아요. 다시 올려 주세요.

# Keys
key-name = 이름
key-kind = 종류
key-created = 만든 때
key-used = 마지막으로 쓴 때
key-origins = 공개 키를 쓸 웹 주소
key-made = 새 키예요. 지금 복사해 주세요. 다시 보여 드리지 않아요.
kind-secret = 비밀
kind-publishable = 공개
kind-secret-long = 비밀: 모든 것. 서버에만 두세요
kind-publishable-long = 공개: 검색만. 웹 페이지에 넣어도 돼요
rotate = 교체
rotate-hint = 새 키를 만들어요. 옛 키는 24시간 더 쓸 수 있어요
revoke = 폐기
revoked = 폐기함
never = 없음
new-key = 새 키
make-key = 키 만들기
api-docs = API 설명서

# What a column can be
field-sku = 상품 번호 (상품마다 하나)
field-title = 상품명
field-title-ko = 상품명, 한국어
field-title-en = 상품명, 영어
field-description = 설명
field-description-ko = 설명, 한국어
field-description-en = 설명, 영어
field-price = 가격
field-currency = 통화
field-group = 옵션 묶음
field-link = 쇼핑몰 주소
field-images = 사진 주소
field-tag = 태그: { $text }
