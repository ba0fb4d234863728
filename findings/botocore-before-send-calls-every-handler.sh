#!/usr/bin/env bash
# In botocore each handler of before-send is called, although an earlier one has answered the request; the first answer
# wins.
#
# Versions: botocore 1.44.5, Python 3.11.
#
# Guess: a handler of before-send that returns a response answers in place of the network, and the handlers after it are
# not asked; so the last one registered can be a fallback with effects of its own, such as a recorder of what is sent.
#
# Seen: every handler runs for every request, in the order of registration, and its response is dropped without a word
# when an earlier one has answered. Two libraries that both answer requests, such as a recorder beside an emulator of AWS,
# both act, and the one that was registered first decides. register_first comes before all others.
#
# Output:
#   asked first, second; answered by first
#   asked second, first; answered by second
#   as stated
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.5
cat >"$folder/handlers.py" <<'PYTHON'
import io

import botocore.session
from botocore.awsrequest import AWSResponse


class Body(io.BytesIO):
    def stream(self):
        yield self.getvalue()


def client_with(asked, registered):
    session = botocore.session.Session()
    client = session.create_client(
        "sts", "eu-central-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )

    def answering(name):
        def answer(request, **_):
            asked.append(name)
            text = (
                f"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{name}</Account>"
                "</GetCallerIdentityResult></GetCallerIdentityResponse>"
            )
            return AWSResponse(request.url, 200, {}, Body(text.encode()))

        return answer

    registered(client.meta.events, answering)
    return client


def in_order(events, answering):
    events.register("before-send.sts", answering("first"))
    events.register("before-send.sts", answering("second"))


def with_register_first(events, answering):
    events.register("before-send.sts", answering("first"))
    events.register_first("before-send.sts", answering("second"))


for registered in (in_order, with_register_first):
    asked = []
    account = client_with(asked, registered).get_caller_identity()["Account"]
    print(f"asked {', '.join(asked)}; answered by {account}")
PYTHON
seen=$("$folder/env/bin/python" "$folder/handlers.py")
echo "$seen"
expected='asked first, second; answered by first
asked second, first; answered by second'
if [ "$seen" != "$expected" ]; then
  echo "Changed: a handler of before-send is not called when an earlier one has answered, or another answer wins."
  exit 1
fi
echo "as stated"
