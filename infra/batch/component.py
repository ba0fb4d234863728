"""Batch scoring: a bucket, and the state machine that sends the lines of its files to the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.batch.definition import RUNS, batch_definition
from infra.batch.policies import STATES, batch_policy
from infra.iam import trace_policy, trust_policy
from infra.outputs import Exports
from infra.storage.bucket import PrivateBucketArgs, old_versions, private_bucket

if TYPE_CHECKING:
    from infra.function.live import LiveFunction
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

RUN_DAYS = 30
"""Days after which those, and overwritten and deleted files, expire."""


@dataclass(frozen=True, kw_only=True)
class BatchScoringArgs:
    """Arguments of ``BatchScoring``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether batch scoring is on, and its maximum number of concurrent invocations.
    live : LiveFunction
        The alias that scores the lines.
    """

    names: Names
    settings: StackSettings
    live: LiveFunction


class BatchScoring(pulumi.ComponentResource):
    """Batch scoring, if the settings enable it.

    Creates: the bucket, with what ``private_bucket`` puts around it; the state machine with its role and log group.

    Outputs: ``bucket`` and ``state_machine_arn``, empty without batch scoring; ``exports``.
    """

    bucket: Output[str]
    state_machine_arn: Output[str]
    exports: Exports

    def __init__(self, name: str, args: BatchScoringArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:batch:BatchScoring", name, None, opts)
        self.bucket = self.state_machine_arn = Output.from_input("")
        if args.settings.batch_concurrency:
            bucket = private_bucket(
                name,
                PrivateBucketArgs(
                    bucket=args.names.batch_bucket,
                    rules=[old_versions(RUN_DAYS), _old_runs()],
                    tags=args.names.tags,
                    force_destroy=args.settings.force_delete,
                ),
                self,
            )
            self.bucket = bucket.bucket
            self.state_machine_arn = self._state_machine(name, args, bucket).arn
        self.exports = {"batch_bucket": self.bucket, "batch_state_machine": self.state_machine_arn}
        self.register_outputs({"bucket": self.bucket, "state_machine_arn": self.state_machine_arn})

    def _state_machine(self, name: str, args: BatchScoringArgs, bucket: aws.s3.Bucket) -> aws.sfn.StateMachine:
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=args.names.batch_log_group,
            retention_in_days=args.settings.log_retention_days,
            log_group_class="STANDARD",
            deletion_protection_enabled=args.settings.deletion_protection,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        role, policies = self._role(name, args, bucket)
        definition = Output.all(args.live.arn, bucket.bucket).apply(
            lambda given: batch_definition(args.settings, given[0], given[1])
        )
        return aws.sfn.StateMachine(
            f"{name}-machine",
            name=args.names.batch,
            type="STANDARD",
            role_arn=role.arn,
            definition=Output.json_dumps(definition),
            logging_configuration={
                # The lines themselves stay out of the log.
                "include_execution_data": False,
                "level": "ERROR",
                "log_destination": Output.concat(log_group.arn, ":*"),
            },
            tracing_configuration={"enabled": args.settings.tracing},
            tags=args.names.tags,
            # AWS Step Functions checks the permissions when the state machine is created.
            opts=ResourceOptions(parent=self, depends_on=policies),
        )

    def _role(
        self, name: str, args: BatchScoringArgs, bucket: aws.s3.Bucket
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{name}-role",
            name=args.names.of("batch-role"),
            assume_role_policy=Output.json_dumps(trust_policy(STATES)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        document = Output.all(args.live.arn, bucket.arn).apply(
            lambda given: batch_policy(args.names, given[0], given[1])
        )
        documents = {"score-lines": document}
        if args.settings.tracing:
            documents["send-traces"] = Output.from_input(trace_policy())
        return role, [
            aws.iam.RolePolicy(
                f"{name}-{policy}",
                name=policy,
                role=role.name,
                policy=Output.json_dumps(each),
                opts=ResourceOptions(parent=self),
            )
            for policy, each in documents.items()
        ]


def _old_runs() -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {
        "id": "old-runs",
        "status": "Enabled",
        "filter": {"prefix": f"{RUNS}/"},
        "expiration": {"days": RUN_DAYS},
    }
