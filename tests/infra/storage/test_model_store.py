from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


@pytest.fixture(scope="module")
def with_store(bundle: Path) -> Declared:
    return declare("dev", {"inference:modelStore": "true", "inference:modelStoreDays": "30"}, bundle=bundle)


def test_there_is_no_bucket_unless_it_is_asked_for(declared: Declared) -> None:
    assert not [each for each in declared.resources if "aws:s3" in each.type]
    assert declared.outputs["model_store"] == ""


def test_the_store_is_what_dvc_takes_for_a_remote(with_store: Declared) -> None:
    bucket = with_store.one("s3/bucket:Bucket").inputs["bucket"]

    assert with_store.outputs["model_store"] == f"s3://{bucket}/dvc"
    assert bucket == "inference-dev-models-123456789012"


def test_nobody_outside_the_account_sees_it(with_store: Declared) -> None:
    block = with_store.one("BucketPublicAccessBlock").inputs
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    assert [block[switch] for switch in switches] == [True] * 4
    assert with_store.one("BucketOwnershipControls").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_connections_without_tls_are_refused(with_store: Declared) -> None:
    (statement,) = json.loads(with_store.one("BucketPolicy").inputs["policy"])["Statement"]
    arn = with_store.one("s3/bucket:Bucket").outputs["arn"]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == [arn, f"{arn}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_files_are_encrypted_and_their_versions_kept_for_a_while(with_store: Declared) -> None:
    (encryption,) = with_store.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    (rule,) = with_store.one("BucketLifecycleConfiguration").inputs["rules"]

    assert encryption["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    assert with_store.one("BucketVersioning").inputs["versioningConfiguration"]["status"] == "Enabled"
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert "expiration" not in rule, "what is current stays"


@pytest.mark.parametrize(("stack", "forced"), [("dev", True), ("prod", False)])
def test_only_environments_to_try_things_out_lose_it_with_its_files(bundle: Path, stack: str, *, forced: bool) -> None:
    declared = declare(stack, {"inference:modelStore": "true"}, bundle=bundle)

    assert declared.one("s3/bucket:Bucket").inputs["forceDestroy"] is forced
