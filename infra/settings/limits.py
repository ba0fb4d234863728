"""The rules of the settings: what AWS takes, each with the page that says so."""

from __future__ import annotations

from inference_lib.contract.document import IGNORE, REFUSE
from infra.monitoring.alarms.periods import DAY_S, AlarmPeriods
from infra.settings.rules import Choice, Directory, Flag, Fraction, Identifier, Whole, WholeChoice
from infra.settings.text_rules import FeatureNames, Items, Networks, One, Schedule, TimeZone

BUNDLE = Directory()
SHADOW_BUNDLE = Directory(optional=True)
ARCHITECTURE = Choice(allowed=("arm64", "x86_64"))
FLAG = Flag()
FRACTION = Fraction()
POSITIVE = Whole(minimum=1)
NOT_NEGATIVE = Whole(minimum=0)
MAX_INSTANCES = Whole(minimum=1, maximum=100_000)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = WholeChoice(
    allowed=(
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
        *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
    ),
    source="Amazon CloudWatch Logs",
)

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MEMORY = Whole(minimum=128, maximum=10_240, source="AWS Lambda limit")
EPHEMERAL_STORAGE = Whole(minimum=512, maximum=10_240, source="AWS Lambda limit")
INIT_MS = Whole(minimum=1, maximum=10_000, source="AWS Lambda gives up after 10 s")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
TIMEOUT = Whole(minimum=1, maximum=29, source="Amazon API Gateway waits 29 s at most")

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
LOG_LEVEL = Choice(
    allowed=("DEBUG", "INFO"),
    reason="a higher level drops the log lines that metrics are made of: EMF records and Lambda's platform reports",
)

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
PERIOD = Whole(minimum=60, maximum=DAY_S, step=60, source="Amazon CloudWatch limit")
PERIODS = Whole(minimum=1, maximum=1440, source="Amazon CloudWatch looks back one day in periods below an hour")
ALARM_PERIODS = AlarmPeriods()
BAND = Whole(minimum=0, maximum=10)
HOURS = Whole(minimum=0, maximum=24)
WINDOW_HOURS = Whole(minimum=1, maximum=168)
FEEDBACK_DAYS = Whole(minimum=1, maximum=30)
RUNBOOK = Items(
    kind="an address or a path without spaces", pattern=r"[^\s,]+", expected="an address such as https://… or a path"
)
UNKNOWN_FEATURES = Choice(allowed=(REFUSE, IGNORE))
DASHBOARD = Choice(allowed=("full", "essential"))

VERSION = Items(kind="the number of a version", pattern=r"[1-9]\d{0,9}", expected="the number of a published version")
SCHEDULE = Schedule()
TIME_ZONE = TimeZone()

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html
API_KEYS = Items(
    kind="the name of a caller",
    pattern=r"[a-z0-9]+(-[a-z0-9]+)*",
    expected="names of callers such as mobile-app, with commas between, in lower-case letters, digits and hyphens",
)
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
WAF_RATE = WholeChoice(
    allowed=(0, 100, 300, 1000, 2000, 5000, 10_000, 20_000, 100_000), source="requests of one address in 5 minutes"
)
NETWORKS = Networks()
CONSOLE_NETWORKS = Networks(ipv6=False)
DOMAIN = Items(
    kind="a domain name",
    pattern=r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    expected="a domain name such as predict.example.com",
)
ORIGIN = Items(
    kind="an origin of web pages",
    pattern=r"\*|https?://[a-z0-9.-]+(:\d{1,5})?",
    expected="one origin such as https://app.example.com, or * for any",
)
CERTIFICATE = Items(
    kind="the ARN of a certificate",
    pattern=r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}",
    expected="arn:aws:acm:REGION:ACCOUNT:certificate/ID, in the stack's own region",
)
BOUNDARY = Items(
    kind="the ARN of a policy",
    pattern=r"arn:aws[a-z-]*:iam::\d{12}:policy/[A-Za-z0-9+=,.@_/-]{1,512}",
    expected="arn:aws:iam::ACCOUNT:policy/NAME",
)
EFS = "efs"
MODEL_SOURCE = Choice(allowed=("image", EFS))
# https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html
FILE_SYSTEM = One(kind="the id of a file system", pattern=r"fs-[0-9a-f]{8,40}", expected="fs- and hexadecimal digits")
SECURITY_GROUP = One(
    kind="the id of a security group", pattern=r"sg-[0-9a-f]{8,40}", expected="sg- and hexadecimal digits"
)
SUBNETS = Items(
    kind="the id of a subnet",
    pattern=r"subnet-[0-9a-f]{8,40}",
    expected="ids such as subnet-0123456789abcdef0 with commas between, in different availability zones",
)
EMAILS = Items(
    kind="an e-mail address",
    pattern=r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    expected="e-mail addresses with commas between",
)

FEATURES = FeatureNames()
HASH_KEY = Identifier(
    kind="a key",
    pattern=r"[A-Za-z0-9+/=_-]{32,64}",
    expected="32 to 64 letters, digits, +, /, =, _ and -, drawn at random",
)
RANDOM_KEY = '"$(openssl rand -hex 32)"'
"""In the place of an example, which somebody would paste: a key that stands in a message is none."""
# Lambda takes log lines of up to 256 KB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
CAPTURE_BYTES = Whole(minimum=100, maximum=200_000, source="one log line holds it")

SLACK_TEAM = Identifier(
    kind="the id of a Slack workspace",
    pattern=r"[TE][0-9A-Z]{7,254}",
    expected="T or E and then digits and capital letters, as in the address of the workspace",
)
SLACK_CHANNEL = Identifier(
    kind="the id of a Slack channel",
    pattern=r"[CG][0-9A-Z]{7,254}",
    expected="C or G and then digits and capital letters, as at the end of the channel's link",
)
