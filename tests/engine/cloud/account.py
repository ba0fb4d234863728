"""An AWS account in memory, with a container registry, that refuses what AWS refuses."""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.prices.table import DEFAULT_REGION
from local_stack.declared.aws_values import computed_values
from tests.engine.cloud.refusals import USERS, identity, is_protected, kind, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IMAGE, FUNCTION, LOG_GROUP, REPOSITORY = "index/image", "lambda/function", "cloudwatch/logGroup", "ecr/repository"
MOUNT_TARGET = "efs/mountTarget"
_INLINE_CACHE = "BUILDKIT_INLINE_CACHE"


class RefusedError(Exception):
    """AWS refuses a call."""


@dataclass
class Held:
    """One resource in the account."""

    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def names(self) -> set[object]:
        """Return what others refer to it by."""
        return {self.id, *(self.outputs.get(key) for key in ("arn", "name", "repositoryUrl"))} - {None}


@dataclass
class Account:
    """Keeps what was created, and the images that were pushed.

    Parameters
    ----------
    region : str
        Where everything is.
    after : callable
        Called with the call, the type and the name, when AWS has done something and the engine does not know yet.
    """

    region: str = DEFAULT_REGION
    after: Callable[[str, str, str], None] = lambda *_: None
    held: dict[str, Held] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pushes: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def all(self, type_: str) -> list[Held]:
        """Return the resources of a type, such as ``lambda/function``."""
        return [each for each in self.held.values() if kind(each.type) == type_]

    def one(self, type_: str, name: str) -> Held:
        """Return the only resource of a type whose name ends so."""
        (found,) = (each for each in self.all(type_) if str(each.outputs.get("name", "")).endswith(name))
        return found

    def create(self, type_: str, name: str, inputs: dict[str, Any]) -> Held:
        """Create a resource.

        Raises
        ------
        RefusedError
            Its name is taken, or what it needs is not there.
        """
        with self._lock:
            self._require_free(type_, inputs)
            self._require_log_group(type_, inputs)
            self._require_one_network(type_, inputs)
            number = next(self._numbers)
            computed = computed_values(type_, f"{name} {number}", inputs, self.region)
            outputs = {**inputs, **computed, **self._pushed(type_, inputs)}
            held = Held(type_, name, str(computed["id"]), inputs, outputs)
            self.held[held.id] = held
            self.calls.append(("create", kind(type_), name))
            return held

    def update(self, id_: str, name: str, inputs: dict[str, Any]) -> Held:
        """Change a resource; a function that changes gets a new version.

        Raises
        ------
        RefusedError
            A tag is taken by another image.
        """
        with self._lock:
            held = self.held[id_]
            computed = {key: value for key, value in held.outputs.items() if key not in held.inputs}
            if kind(held.type) == FUNCTION:
                computed["version"] = str(int(computed["version"]) + 1)
            held.outputs = {**inputs, **computed, **self._pushed(held.type, inputs)}
            held.inputs = inputs
            self.calls.append(("update", kind(held.type), name))
            return held

    def delete(self, id_: str, name: str) -> None:
        """Delete a resource.

        Raises
        ------
        RefusedError
            Something uses it, or it is protected, or it holds images.
        """
        with self._lock:
            held = self.held[id_]
            users = USERS.get(kind(held.type), ())
            for other in self.held.values():
                if kind(other.type) in users and not held.names().isdisjoint(texts(other.inputs)):
                    raise RefusedError(f"{kind(held.type)} {name} is in use by {kind(other.type)} {other.id}")
            if is_protected(held.inputs):
                raise RefusedError(f"{kind(held.type)} {name} is protected from deletion")
            self._delete_images(held)
            del self.held[id_]
            self.calls.append(("delete", kind(held.type), name))

    def _delete_images(self, held: Held) -> None:
        if kind(held.type) != REPOSITORY:
            return
        inside = [tag for tag in self.tags if tag.startswith(f"{held.outputs['repositoryUrl']}:")]
        if inside and not held.inputs.get("forceDelete"):
            raise RefusedError(f"RepositoryNotEmptyException: {held.inputs['name']} holds {len(inside)} images")
        for tag in inside:
            del self.tags[tag]

    def _require_free(self, type_: str, inputs: Mapping[str, Any]) -> None:
        wanted = identity(type_, inputs)
        for other in self.held.values():
            if wanted and identity(other.type, other.inputs) == wanted:
                raise RefusedError(f"{kind(type_)} already exists: {wanted[1:]}")

    def _require_log_group(self, type_: str, inputs: Mapping[str, Any]) -> None:
        """Refuse a function before its log group, which Lambda would create, and the stack then could not."""
        if kind(type_) == FUNCTION:
            name = inputs.get("loggingConfig", {}).get("logGroup", f"/aws/lambda/{inputs['name']}")
            if not any(group.inputs["name"] == name for group in self.all(LOG_GROUP)):
                raise RefusedError(f"{inputs['name']} writes to {name}, which does not exist yet")

    def _require_one_network(self, type_: str, inputs: Mapping[str, Any]) -> None:
        """Refuse a mount target in another VPC than those that its file system has."""
        if kind(type_) != MOUNT_TARGET:
            return
        for other in self.all(MOUNT_TARGET):
            if other.inputs["fileSystemId"] == inputs["fileSystemId"] and self._network(other.inputs) != self._network(
                inputs
            ):
                raise RefusedError("MountTargetConflict: the file system has mount targets in another VPC")

    def _network(self, inputs: Mapping[str, Any]) -> object:
        group = self.held.get(inputs["securityGroups"][0])
        return group.inputs["vpcId"] if group else None

    def _pushed(self, type_: str, inputs: Mapping[str, Any]) -> dict[str, str]:
        if kind(type_) != IMAGE:
            return {}
        build, tag = inputs["build"], inputs["imageName"]
        # What a build without a clock depends on; the inline cache differs between cold and warm builders.
        content = [build.get("contextDigest"), build.get("args"), build.get("target"), build.get("platform")]
        if build.get("args", {}).get(_INLINE_CACHE):
            content.append(len(self.pushes))
        digest = f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"
        if self.tags.get(tag, digest) != digest and not self._is_mutable(tag):
            raise RefusedError(f"the tag {tag} already exists with another digest, and is immutable")
        self.tags[tag] = digest
        self.pushes.append((tag, digest))
        return {"repoDigest": f"{tag.rpartition(':')[0]}@{digest}"}

    def _is_mutable(self, tag: str) -> bool:
        url, _, own = tag.rpartition(":")
        for repository in self.all(REPOSITORY):
            if repository.outputs["repositoryUrl"] == url:
                filters = repository.inputs.get("imageTagMutabilityExclusionFilters", [])
                return any(fnmatch.fnmatch(own, each["filter"]) for each in filters)
        raise RefusedError(f"there is no repository {url}")
