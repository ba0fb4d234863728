"""The settings of the API: who may call it, how often, and under which name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_lib.contract.document import IGNORE, REFUSE
from inference_lib.environment import DEFAULT_MAX_INSTANCES
from infra.settings.agreement import Disagreement, Subject, agreement, both_or_neither
from infra.settings.field import setting
from infra.settings.values.networks import CERTIFICATE, CERTIFICATE_EXAMPLE, DOMAIN, networks
from infra.settings.values.numbers import NOT_NEGATIVE, POSITIVE, whole, whole_choice
from infra.settings.values.rule import list_of, word_of
from infra.settings.values.words import FLAG, choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

MOST_INSTANCES = 100_000

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-console.html
API_KEYS = list_of(
    kind="the name of a caller",
    pattern=r"[a-z0-9]+(-[a-z0-9]+)*",
    expected="names of callers such as mobile-app, with commas between, in lower-case letters, digits and hyphens",
)
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
WAF_RATE = whole_choice(
    (0, 100, 300, 1000, 2000, 5000, 10_000, 20_000, 100_000), source="requests of one address in 5 minutes"
)
NETWORKS = networks()
ORIGIN = word_of(
    kind="an origin of web pages",
    pattern=r"\*|https?://[a-z0-9.-]+(:\d{1,5})?",
    expected="one origin such as https://app.example.com, or * for any",
)


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """Who may call the API, how often, with which requests, and under which domain name."""

    max_instances: int = setting(DEFAULT_MAX_INSTANCES, whole(1, MOST_INSTANCES), "Most instances in one request")
    throttle_rate: int = setting(50, POSITIVE, "Requests a second that the stage accepts on average")
    throttle_burst: int = setting(100, POSITIVE, "Requests that the stage accepts at once")
    api_keys: str = setting(
        "", API_KEYS, "Callers, each with an API key; empty means that the API requires no key", "mobile-app"
    )
    quota_per_day: int = setting(0, NOT_NEGATIVE, "Requests a day for each key; 0 means no quota", "10000")
    public_docs: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether /docs and /openapi.json can be read without an API key, as a browser does; matters with "
        "apiKeys only",
    )
    allowed_networks: str = setting(
        "", NETWORKS, "Networks that may call the API; empty means all networks", "203.0.113.0/24"
    )
    cors_allow_origin: str = setting(
        "",
        ORIGIN,
        "Origin of the web pages that may call the API; * for any, empty for none",
        "https://app.example.com",
    )
    unknown_features: str = setting(
        REFUSE,
        choice(REFUSE, IGNORE),
        f"Whether a feature that the model does not have is rejected ({REFUSE}) or ignored ({IGNORE}), so that callers "
        "may send their whole record",
    )
    request_validation: bool = setting(
        default=True,
        rule=FLAG,
        description="Whether the gateway rejects malformed bodies (types, required features) before the function is "
        "billed; its errors do not name each place as the function's do",
    )
    waf_rate: int = setting(
        0,
        WAF_RATE,
        "Requests of one IP address in 5 minutes that the web application firewall accepts; 0 means no firewall",
        "1000",
    )
    access_logs: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether the API logs each request as JSON; needs the account's role for logs (docs/deploy.md)",
    )
    detailed_metrics: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether the API has metrics by route and method too, which are billed",
    )
    domain_name: str = setting(
        "",
        DOMAIN,
        "Custom domain name of the API; with certificateArn",
        "predict.example.com",
    )
    certificate_arn: str = setting(
        "", CERTIFICATE, "Certificate of domainName in AWS Certificate Manager", CERTIFICATE_EXAMPLE
    )


@agreement("api_keys", "quota_per_day")
def _quota_has_keys(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["quota_per_day"] and not values["api_keys"]:
        yield Disagreement("api_keys", f"is missing, while {namespace}:quotaPerDay is set: quotas belong to keys")


SUBJECT = Subject("API", ApiSettings, (_quota_has_keys, both_or_neither("domain_name", "certificate_arn")))
