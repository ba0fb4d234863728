"""Shared storage: what it is made of, who reaches it, and what is left of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pytest

from local_stack.declared import recorder as recording
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi.runtime.proto import resource_pb2

    from local_stack.declared.evaluation import Declared
    from local_stack.declared.recorder import Resource

STORAGE = {"inference:sharedStorage": "true"}
SERVED = {**STORAGE, "inference:modelSource": "efs"}
SUBNETS = "subnet-0123456789abcdef0,subnet-0123456789abcdef1"


@pytest.fixture(scope="module")
def served(bundle: Path) -> Declared:
    return declare("dev", SERVED, bundle=bundle)


@pytest.fixture(scope="module")
def storage(bundle: Path) -> Declared:
    return declare("dev", STORAGE, bundle=bundle)


@pytest.fixture
def retained(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the resources that stay in AWS when the stack is destroyed."""
    names: set[str] = set()
    register = recording.Monitor.RegisterResource

    def watch(
        monitor: recording.Monitor, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        if request.retainOnDelete:
            names.add(request.name)
        return register(monitor, request)

    monkeypatch.setattr(recording.Monitor, "RegisterResource", watch)
    return names


def policy_of(declared: Declared, name: str) -> list[dict[str, object]]:
    statements: list[dict[str, object]] = json.loads(declared.one("RolePolicy", name).inputs["policy"])["Statement"]
    return statements


def predicts(declared: Declared) -> Resource:
    return declared.one("lambda/function:Function", "function-function")


def test_a_stack_that_does_not_ask_for_it_has_none_of_it(declared: Declared) -> None:
    assert not [each for each in declared.resources if each.type.startswith(("aws:ec2", "aws:efs", "aws:vpc"))]
    assert not declared.all("lambda/function:Function", "upload-function")
    assert not predicts(declared).inputs.keys() & {"vpcConfig", "fileSystemConfig"}
    assert declared.outputs["file_system_id"] == ""


def test_the_file_system_is_encrypted_and_old_versions_become_cheaper(storage: Declared) -> None:
    inputs = storage.one("efs/fileSystem:FileSystem").inputs
    (statement,) = json.loads(storage.one("FileSystemPolicy").inputs["policy"])["Statement"]

    assert inputs["encrypted"] is True
    assert {"transitionToIa": "AFTER_30_DAYS"} in inputs["lifecyclePolicies"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert storage.outputs["file_system_id"] == storage.one("efs/fileSystem:FileSystem").outputs["id"]


@pytest.mark.parametrize(("stack", "keeps"), [("dev", False), ("prod", True)])
def test_it_is_kept_and_backed_up_unless_the_stack_is_for_trying_things_out(
    bundle: Path, retained: set[str], stack: str, *, keeps: bool
) -> None:
    declared = declare(stack, STORAGE, bundle=bundle)

    assert ("storage-file-system" in retained) is keeps
    assert declared.one("BackupPolicy").inputs["backupPolicy"] == {"status": "ENABLED" if keeps else "DISABLED"}


def test_nfs_goes_between_clients_and_mount_targets_and_nothing_else_goes(served: Declared) -> None:
    (way_out,), (way_in,) = served.all("SecurityGroupEgressRule"), served.all("SecurityGroupIngressRule")
    client, target = (served.one("ec2/securityGroup:SecurityGroup", each) for each in ("client", "target"))

    assert [each.inputs["securityGroupId"] for each in (way_out, way_in)] == [
        client.outputs["id"],
        target.outputs["id"],
    ]
    assert [each.inputs["referencedSecurityGroupId"] for each in (way_out, way_in)] == [
        target.outputs["id"],
        client.outputs["id"],
    ]
    for rule in (way_out, way_in):
        assert (rule.inputs["ipProtocol"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("tcp", 2049, 2049)
        assert not rule.inputs.keys() & {"cidrIpv4", "cidrIpv6"}
    assert not [group for group in (client, target) if group.inputs.keys() & {"ingress", "egress"}]
    assert {each.inputs["securityGroups"][0] for each in served.all("MountTarget")} == {target.outputs["id"]}


def test_the_network_is_private_and_has_no_way_out_that_costs(served: Declared) -> None:
    (endpoint,) = served.all("VpcEndpoint")
    subnets = served.all("ec2/subnet:Subnet")
    default = served.one("DefaultSecurityGroup").inputs

    assert (endpoint.inputs["vpcEndpointType"], endpoint.inputs["serviceName"]) == (
        "Gateway",
        "com.amazonaws.eu-central-1.s3",
    )
    assert {each.inputs["availabilityZone"] for each in subnets} == {"eu-central-1a", "eu-central-1b"}
    assert not served.all("NatGateway") + served.all("InternetGateway") + served.all("ec2/route:Route")
    assert (default["ingress"], default["egress"]) == ([], []), "also the group that AWS makes lets nothing through"


def test_the_function_reads_its_bundle_from_where_it_is_mounted(served: Declared) -> None:
    function = predicts(served)
    group = served.one("ec2/securityGroup:SecurityGroup", "client").outputs["id"]

    assert function.inputs["environment"]["variables"]["MODEL_BUNDLE"] == "/mnt/models/model/0123456789ab"
    assert function.inputs["fileSystemConfig"] == {
        "arn": served.one("AccessPoint").outputs["arn"],
        "localMountPath": "/mnt/models",
    }
    assert function.inputs["vpcConfig"]["securityGroupIds"] == [group]
    assert {each.name for each in served.all("MountTarget")} <= function.depends_on
    assert {"function-join-vpc", "function-mount-models"} <= function.depends_on


def test_storage_alone_changes_nothing_about_the_function(storage: Declared, dev: Declared) -> None:
    assert predicts(storage).inputs == predicts(dev).inputs
    assert storage.one("Image", "-image").inputs == dev.one("Image", "-image").inputs


def test_the_function_reads_and_the_upload_function_writes_both_by_the_access_point_alone(served: Declared) -> None:
    condition = {"StringEquals": {"elasticfilesystem:AccessPointArn": served.one("AccessPoint").outputs["arn"]}}
    (reads,), (writes,) = policy_of(served, "function-mount-models"), policy_of(served, "upload-mount-models")

    assert reads["Action"] == ["elasticfilesystem:ClientMount"]
    assert writes["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert reads["Condition"] == writes["Condition"] == condition
    assert reads["Resource"] == writes["Resource"] == served.one("efs/fileSystem:FileSystem").outputs["arn"]


def test_the_function_s_own_code_may_not_make_network_interfaces(served: Declared) -> None:
    allowed, denied = policy_of(served, "function-join-vpc")

    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert allowed["Action"] == denied["Action"]
    assert denied["Condition"] == {
        "ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:inference-dev-*"}
    }


def test_the_upload_function_runs_the_same_image_with_another_handler(served: Declared) -> None:
    upload = served.one("lambda/function:Function", "upload-function").inputs
    (pull,) = json.loads(served.one("RepositoryPolicy").inputs["policy"])["Statement"]

    assert upload["imageUri"] == predicts(served).inputs["imageUri"]
    assert upload["imageConfig"] == {"commands": ["inference_lib.upload.handler.handler"]}
    assert upload["environment"]["variables"] == {"MODELS_DIRECTORY": "/mnt/models"}
    assert [each for each in pull["Condition"]["ArnLike"]["aws:SourceArn"] if each.endswith(":inference-dev-upload*")]


def test_another_model_needs_no_other_image(bundle: Path, tmp_path: Path, served: Declared) -> None:
    contract = json.loads((bundle / "0123456789ab" / "contract.json").read_text(encoding="utf-8"))
    other = tmp_path / "other" / "ba9876543210"
    other.mkdir(parents=True)
    (other / "contract.json").write_text(json.dumps({**contract, "version": other.name}), encoding="utf-8")
    (other / "profile.json").write_text("{}", encoding="utf-8")
    (other.parent / "latest").write_text(other.name, encoding="utf-8")

    found = declare("dev", SERVED, bundle=other.parent)

    assert found.one("Image", "-image").inputs == served.one("Image", "-image").inputs
    assert found.one("Image", "-image").inputs["build"]["target"] == "runtime"
    assert predicts(found).inputs["environment"] != predicts(served).inputs["environment"]


def test_a_file_system_that_exists_is_used_as_it_is(bundle: Path) -> None:
    found = declare("prod", {**SERVED, "inference:fileSystemId": "fs-0123456789abcdef0"}, bundle=bundle)
    arn = "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-0123456789abcdef0"

    assert not found.all("efs/fileSystem:FileSystem") + found.all("FileSystemPolicy") + found.all("BackupPolicy")
    assert {each.inputs["fileSystemId"] for each in found.all("MountTarget")} == {"fs-0123456789abcdef0"}
    assert policy_of(found, "function-mount-models")[0]["Resource"] == arn
    assert found.outputs["file_system_id"] == "fs-0123456789abcdef0"


def test_mount_targets_that_exist_are_opened_to_the_function_and_not_made_again(bundle: Path) -> None:
    existing = {
        "inference:fileSystemId": "fs-0123456789abcdef0",
        "inference:mountTargetGroup": "sg-0123456789abcdef0",
        "inference:subnetIds": SUBNETS,
    }
    found = declare("dev", {**SERVED, **existing}, bundle=bundle)

    assert not found.all("MountTarget") + found.all("ec2/vpc:Vpc") + found.all("ec2/subnet:Subnet")
    assert found.one("SecurityGroupIngressRule").inputs["securityGroupId"] == "sg-0123456789abcdef0"
    assert predicts(found).inputs["vpcConfig"]["subnetIds"] == SUBNETS.split(",")


def test_subnets_that_exist_are_used_and_their_vpc_is_found(bundle: Path) -> None:
    found = declare("dev", {**SERVED, "inference:subnetIds": SUBNETS}, bundle=bundle)

    assert not found.all("ec2/vpc:Vpc")
    assert {each.inputs["vpcId"] for each in found.all("ec2/securityGroup:SecurityGroup")} == {"vpc-0123456789abcdef0"}
    assert [each.inputs["subnetId"] for each in found.all("MountTarget")] == SUBNETS.split(",")


WRONG = [
    (
        {"modelSource": "efs"},
        (
            "inference:sharedStorage: is false, while inference:modelSource is set; expected true, or no modelSource. "
            "Set it: pulumi config set inference:sharedStorage true"
        ),
    ),
    (
        {"sharedStorage": "true", "modelSource": "efs", "modelMonitor": "true"},
        (
            "inference:modelSource: efs cannot be combined with inference:modelMonitor, which reads the profile "
            "of the bundle "
            "in the image; expected image, or inference:modelMonitor false. "
            "Set it: pulumi config set inference:modelSource image"
        ),
    ),
    (
        {"sharedStorage": "true", "fileSystemId": "models"},
        (
            "inference:fileSystemId: 'models' is not the id of a file system; expected fs- followed by hexadecimal "
            "digits. Set it: pulumi config set inference:fileSystemId fs-0123456789abcdef0"
        ),
    ),
    (
        {"sharedStorage": "true", "fileSystemId": "fs-0123456789abcdef0", "mountTargetGroup": "sg-0123456789abcdef0"},
        (
            "inference:subnetIds: is missing, while inference:mountTargetGroup names existing mount targets; "
            "expected ids such as subnet-0123456789abcdef0 with commas between, in different availability zones. "
            "Set it: pulumi config set inference:subnetIds subnet-0123456789abcdef0,subnet-0123456789abcdef1"
        ),
    ),
    (
        {"sharedStorage": "true", "subnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef2"},
        (
            "inference:subnetIds: several subnets are in eu-central-1a; expected one in each availability zone. "
            "Set it: pulumi config set inference:subnetIds subnet-IN-ONE-ZONE,subnet-IN-ANOTHER"
        ),
    ),
    (
        {"sharedStorage": "true", "subnetIds": "subnet-00000000"},
        (
            "inference:subnetIds: subnet-00000000 cannot be read (no matching EC2 Subnet found); expected subnets of "
            "this account in the stack's own region. List them: aws ec2 describe-subnets"
        ),
    ),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_what_is_wrong_is_said_in_one_sentence(bundle: Path, settings: dict[str, str], message: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)

    assert str(caught.value) == message


def test_a_shadow_is_in_the_image_and_not_on_shared_storage(bundle: Path) -> None:
    settings = {"sharedStorage": "true", "modelSource": "efs", "shadowBundle": "bundles/another"}
    with pytest.raises(
        pulumi.RunError, match="modelSource: efs cannot be combined with inference:shadowBundle, whose bundle"
    ):
        declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)
