"""The manifests of deploy/kubernetes: whole, safe, and of the settings and paths there are.

`make manifests` validates them against the schemas of Kubernetes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.settings import Settings

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "deploy" / "kubernetes"
Manifest = dict[str, Any]


def manifests() -> Iterator[Manifest]:
    for path in sorted(FOLDER.glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def of(kind: str) -> dict[str, Manifest]:
    return {m["metadata"]["name"]: m for m in manifests() if m["kind"] == kind}


def pods() -> dict[str, Manifest]:
    """The pod of each workload."""
    workloads = {**of("Deployment"), **of("Job")}
    return {name: m["spec"]["template"]["spec"] for name, m in workloads.items()}


def unsafe(pod: Manifest) -> Iterator[str]:
    """What a linter of Kubernetes would say against a pod."""
    if not pod["securityContext"].get("runAsNonRoot"):
        yield "may run as root"
    if pod.get("automountServiceAccountToken", True):
        yield "holds a token of the cluster"
    for container in pod["containers"]:
        rights = container.get("securityContext", {})
        if rights.get("allowPrivilegeEscalation", True):
            yield "may gain rights"
        if not rights.get("readOnlyRootFilesystem"):
            yield "may write to its image"
        if rights.get("capabilities", {}).get("drop") != ["ALL"]:
            yield "keeps capabilities"
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield "has no limit of memory"
        if container["image"].endswith(":latest") or ":" not in container["image"]:
            yield "names no version of its image"


def test_every_manifest_is_applied() -> None:
    said = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
    others = {"kustomization.yaml", "secret.example.yaml"}
    assert set(said["resources"]) == {p.name for p in FOLDER.glob("*.yaml")} - others


@pytest.mark.parametrize("name", pods())
def test_pods_have_no_more_rights_than_they_need(name: str) -> None:
    assert list(unsafe(pods()[name])) == []


@pytest.mark.parametrize("planted", ["root", "latest", "unlimited"])
def test_planted_an_unsafe_pod_is_found(planted: str) -> None:
    pod = pods()["counterpart-matcher"]
    if planted == "root":
        pod["securityContext"].pop("runAsNonRoot")
    elif planted == "latest":
        pod["containers"][0]["image"] = "counterpart:latest"
    else:
        pod["containers"][0].pop("resources")
    assert list(unsafe(pod))


def test_names_that_are_referred_to_are_there() -> None:
    secrets, maps, claims = of("Secret"), of("ConfigMap"), of("PersistentVolumeClaim")
    for pod in pods().values():
        for source in pod["containers"][0].get("envFrom", []):
            known = {"secretRef": secrets, "configMapRef": maps}
            ((kind, reference),) = source.items()
            assert reference["name"] in known[kind]
        for volume in pod["volumes"]:
            claim = volume.get("persistentVolumeClaim")
            assert claim is None or claim["claimName"] in claims
    labels = {m["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]: name
              for name, m in of("Deployment").items()}  # fmt: skip
    for service in of("Service").values():
        assert service["spec"]["selector"]["app.kubernetes.io/name"] in labels
    (ingress,) = of("Ingress").values()
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        assert path["backend"]["service"]["name"] in of("Service")


def test_settings_are_settings() -> None:
    known = {f"COUNTERPART_{name.upper()}" for name in Settings.model_fields}
    said = {name for m in of("ConfigMap").values() for name in m["data"]}
    said |= {name for m in of("Secret").values() for name in m["stringData"]}
    assert said
    assert said <= known


def test_who_answers_is_asked_whether_it_does() -> None:
    for name in ("counterpart-matcher", "counterpart-ingest", "counterpart-whole"):
        container = pods()[name]["containers"][0]
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        drain = int(of("ConfigMap")["counterpart"]["data"]["COUNTERPART_DRAIN_SECONDS"])
        assert pods()[name]["terminationGracePeriodSeconds"] > drain + 30


def test_the_image_is_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version is not None
    images = {pod["containers"][0]["image"] for pod in pods().values()}
    assert images == {f"counterpart:{version[1]}"}


def test_only_the_services_reach_the_scheduler() -> None:
    """Whoever reaches a Dask scheduler can run code on its workers."""
    (policy,) = of("NetworkPolicy").values()
    (allowed,) = policy["spec"]["ingress"]
    (peer,) = allowed["from"]
    (said,) = peer["podSelector"]["matchExpressions"]
    assert set(said["values"]) < set(of("Deployment"))
    assert "counterpart-matcher" not in said["values"]
