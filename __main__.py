"""The whole stack, from top to bottom: ``pulumi up`` runs this file."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.batch.component import BatchScoring, BatchScoringArgs
from infra.capture.component import Capture, CaptureArgs
from infra.console.component import Console, ConsoleArgs
from infra.monitoring.component import Monitoring, MonitoringArgs
from infra.naming import Names
from infra.outputs import export_outputs
from infra.serving import Serving, ServingArgs
from infra.settings.reading import load_settings
from infra.storage.component import Storage, StorageArgs
from infra.storage.model_store import ModelStore, ModelStoreArgs

root = Path(pulumi.get_root_directory() or Path(__file__).parent)  # an inline program has no root
settings = load_settings(pulumi.Config(), pulumi.get_stack(), root)
account_id, region = aws.get_caller_identity().account_id, aws.get_region().region
names = Names(stack=settings.stack, model=settings.contract.name, account_id=account_id, region=region)

storage = Storage("shared", StorageArgs(names=names, settings=settings))
serving = Serving("serving", ServingArgs(names=names, settings=settings, mount=storage.mount))
monitoring = Monitoring("monitoring", MonitoringArgs(names=names, settings=settings, watched=serving))

batch = BatchScoring("batch", BatchScoringArgs(names=names, settings=settings, live=serving.live))
capture = Capture("capture", CaptureArgs(names=names, settings=settings, log_group=serving.log_group))
store = ModelStore("store", ModelStoreArgs(names=names, settings=settings))
console = Console("cloud-console", ConsoleArgs(names=names, settings=settings, storage=storage, api=serving))

export_outputs(storage, serving, monitoring, batch, capture, store, console)
