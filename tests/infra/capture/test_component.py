"""Captured requests: who gets them, where they lie, for how long, and what is never captured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from infra.capture.component import LINES_WITH_PAYLOAD
from local_stack.declared.evaluation import declare
from local_stack.monitoring.metrics.filter_patterns import compile_pattern

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

KEY = "0123456789abcdef0123456789abcdef"
DRAW = (
    "expected 32 to 64 random letters, digits, +, /, =, _ and -. Set it: pulumi config set --secret "
    'inference:captureHashKey "$(openssl rand -hex 32)"'
)


def settings(**values: str) -> dict[str, str]:
    return {f"inference:{name}": value for name, value in {"capture": "true", **values}.items()}


def variables(declared: Declared) -> dict[str, str]:
    found: dict[str, str] = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    return found


@pytest.fixture(scope="module")
def captured(bundle: Path) -> Declared:
    return declare("dev", settings(captureDays="14"), bundle=bundle)


def test_nothing_is_captured_unless_it_is_asked_for(declared: Declared) -> None:
    assert not declared.all("FirehoseDeliveryStream")
    assert not declared.all("LogSubscriptionFilter")
    assert not [name for name in variables(declared) if name.startswith("LOG_PAYLOAD")]
    assert declared.outputs["capture"] == ""


def test_one_setting_captures_a_hundredth_of_the_requests(captured: Declared) -> None:
    payload = {name: value for name, value in variables(captured).items() if name.startswith("LOG_PAYLOAD")}

    assert payload == {"LOG_PAYLOAD_SAMPLE_RATE": "0.01", "LOG_PAYLOAD_MAX_BYTES": "2000"}
    assert captured.outputs["capture"] == "s3://inference-dev-capture-123456789012/payloads/"


def test_lines_go_from_the_function_s_log_to_files_that_are_compressed_once(captured: Declared) -> None:
    subscription = captured.one("LogSubscriptionFilter").inputs
    stream = captured.one("FirehoseDeliveryStream")
    target = stream.inputs["extendedS3Configuration"]

    assert subscription["logGroup"] == captured.one("cloudwatch/logGroup:LogGroup", "function-logs").inputs["name"]
    assert subscription["destinationArn"] == stream.outputs["arn"]
    assert target["bucketArn"] == captured.one("s3/bucket:Bucket").outputs["arn"]
    assert target["compressionFormat"] == "UNCOMPRESSED", "CloudWatch Logs sends gzip"
    assert target["fileExtension"] == ".gz"
    assert stream.inputs["serverSideEncryption"] == {"enabled": True, "keyType": "AWS_OWNED_CMK"}


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ({"payload": [{}], "payload_left_out": 0}, True),
        ({"payload": [], "payload_left_out": 3}, True),
        ({"level": "INFO", "message": "request answered"}, False),
        ({"type": "platform.report", "record": {}}, False),
    ],
)
def test_only_lines_with_a_payload_leave_the_log(line: dict[str, Any], *, sent: bool) -> None:
    assert compile_pattern(LINES_WITH_PAYLOAD)(line) is sent


def test_files_are_encrypted_private_and_gone_after_their_days(captured: Declared) -> None:
    (encryption,) = captured.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    (rule,) = captured.one("BucketLifecycleConfiguration").inputs["rules"]
    block = captured.one("BucketPublicAccessBlock").inputs
    (statement,) = json.loads(captured.one("BucketPolicy").inputs["policy"])["Statement"]

    assert encryption["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    assert (rule["expiration"], rule["filter"], rule["status"]) == ({"days": 14}, {"prefix": ""}, "Enabled")
    assert [block[name] for name in ("blockPublicAcls", "blockPublicPolicy")] == [True, True]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert not captured.all("BucketVersioning"), "a deleted file would live on as an old version"


def test_each_role_may_do_its_one_step_and_is_for_one_service_of_this_account(captured: Declared) -> None:
    allowed = {}
    for policy in captured.all("RolePolicy", "-policy"):
        statements = json.loads(policy.inputs["policy"])["Statement"]
        allowed[policy.inputs["name"]] = {(str(each["Action"]), each["Resource"]) for each in statements}
    bucket = "arn:aws:s3:::inference-dev-capture-123456789012"
    log = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/kinesisfirehose/inference-dev-capture"
    trust = {
        role.inputs["name"]: json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]
        for role in captured.all("iam/role:Role")
        if "capture" in role.name
    }

    assert allowed == {
        "capture-send": {
            (
                "['firehose:PutRecord', 'firehose:PutRecordBatch']",
                "arn:aws:firehose:eu-central-1:123456789012:deliverystream/inference-dev-capture",
            )
        },
        "capture-deliver": {
            ("['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads']", bucket),
            ("['s3:PutObject', 's3:AbortMultipartUpload']", f"{bucket}/*"),
            ("logs:PutLogEvents", f"{log}:log-stream:*"),
        },
    }
    assert {name: (each["Principal"]["Service"], each["Condition"]) for name, each in trust.items()} == {
        "inference-dev-capture-send-role": (
            "logs.amazonaws.com",
            {"StringLike": {"aws:SourceArn": "arn:aws:logs:eu-central-1:123456789012:*"}},
        ),
        "inference-dev-capture-deliver-role": (
            "firehose.amazonaws.com",
            {"StringEquals": {"sts:ExternalId": "123456789012"}},
        ),
    }


def test_features_are_dropped_and_hashed_by_name_even_with_commas_in_it(bundle: Path) -> None:
    declared = declare(
        "dev",
        settings(captureDrop="mood", captureHash='["hours asleep"]', captureHashKey=KEY, captureMaxBytes="9000"),
        bundle=bundle,
    )

    assert json.loads(variables(declared)["LOG_PAYLOAD_DROP"]) == ["mood"]
    assert json.loads(variables(declared)["LOG_PAYLOAD_HASH"]) == ["hours asleep"]
    assert variables(declared)["LOG_PAYLOAD_HASH_KEY"] == KEY
    assert variables(declared)["LOG_PAYLOAD_MAX_BYTES"] == "9000"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"captureDrop": "mod"},
            (
                "inference:captureDrop: the model has no feature 'mod'; expected some of hours asleep, mood. "
                "Set it: pulumi config set inference:captureDrop 'hours asleep'"
            ),
        ),
        (
            {"captureHash": "mood"},
            "inference:captureHashKey: is missing, while inference:captureHash is set: without a key, a reader who "
            "tries every age knows the age; " + DRAW,
        ),
        (
            {"captureHash": "mood", "captureHashKey": "short"},
            "inference:captureHashKey: the value is not a key; " + DRAW,
        ),
        (
            {"captureDrop": "mood", "captureHash": "mood", "captureHashKey": KEY},
            (
                "inference:captureHash: 'mood' is in inference:captureDrop too; expected either of the two. "
                "Set it: pulumi config set inference:captureHash postcode"
            ),
        ),
        (
            {"captureDays": "3"},
            (
                "inference:captureDays: 3 is less than inference:logRetentionDays, which is 7: the log contains the "
                "captured requests too, and would keep them longer; expected 7 or more, or a shorter "
                "inference:logRetentionDays. "
                "Set it: pulumi config set inference:captureDays 7"
            ),
        ),
        (
            {"captureDrop": "[mood"},
            (
                "inference:captureDrop: '[mood' is not a JSON list of names; expected names of the model's features, "
                "with commas between or as a JSON list. Set it: pulumi config set inference:captureDrop age"
            ),
        ),
    ],
    ids=["misspelt", "no key", "short key", "both", "log kept longer", "no list"],
)
def test_settings_that_would_capture_too_much_are_refused(bundle: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", settings(**values), bundle=bundle)

    assert str(caught.value) == message


def test_the_key_is_a_secret_of_the_stack(bundle: Path) -> None:
    declared = declare("dev", settings(captureHash="mood", captureHashKey=KEY), bundle=bundle)
    function = declared.one("lambda/function:Function")

    assert [path for path in function.secrets if "LOG_PAYLOAD_HASH_KEY" in path]
    assert not [each.name for each in declared.resources if KEY in json.dumps(each.inputs) and each is not function], (
        "the key is nowhere else"
    )
