"""One conversation with an API server, and what a real one (kube-apiserver 1.36 with Istio 1.31's CRDs) answered: kept in
api_conversation.json, one exchange per line. The fake is held to it, and so is the real one, which rewrites it with
R2I_ACCEPT=1."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from support.object_store import GROUP
from support.rest import Answer, Rest

JsonObject = dict[str, Any]
RECORD = Path(__file__).with_suffix(".json")

API = f"/apis/{GROUP}/v1"
MESH = f"{API}/namespaces/mesh"
US, ARGO, EDIT = "registry2istio-a", "argocd-controller", "kubectl-edit"
OTHER_UID = "00000000-0000-4000-8000-000000000000"
# What is different each time, or with each version of the server.
_VOLATILE = {"uid": "UID", "resourceVersion": "VERSION", "creationTimestamp": "TIME", "time": "TIME", "continue": "TOKEN"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORD_VERSION = re.compile(r"(ResourceVersion in record) \(\d+\)")

HTTP_80 = {"name": "http-80", "number": 80, "protocol": "HTTP"}
HTTP_8080 = {"name": "http-8080", "number": 8080, "protocol": "HTTP"}
SPEC = {"hosts": ["web.consul"], "location": "MESH_INTERNAL", "ports": [HTTP_80], "resolution": "STATIC"}


def entry(name: str = "web", spec: JsonObject | None = None, kind: str = "ServiceEntry", **metadata: Any) -> JsonObject:
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"name": name, "namespace": "mesh", **metadata},
            "spec": SPEC if spec is None else spec}


class _Talk:
    def __init__(self, client: Rest) -> None:
        self._client = client
        self.said: list[JsonObject] = []

    def send(self, title: str, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        answer = self._client.send(method, path, body, {"Content-Type": kind})
        told = _told(answer)
        self.said.append({"title": title, "status": answer.status, "answer": _plain(told)})
        return told

    def get(self, title: str, path: str) -> Any:
        return self.send(title, "GET", path)

    def apply(self, title: str, body: JsonObject, manager: str = US, query: str = "", plural: str = "serviceentries",
              namespace: str = "mesh") -> Any:
        path = f"{API}/namespaces/{namespace}/{plural}/{body['metadata']['name']}"
        return self.send(title, "PATCH", f"{path}?fieldManager={manager}&fieldValidation=Strict{query}", body,
                         "application/apply-patch+yaml")

    def put(self, title: str, name: str, change: Any, manager: str = EDIT) -> Any:
        """Reads the object, changes it, and writes it back."""
        body = self._client.must("GET", f"{MESH}/serviceentries/{name}").json
        change(body)
        return self.send(title, "PUT", f"{MESH}/serviceentries/{name}?fieldManager={manager}", body)

    def delete(self, title: str, name: str, preconditions: JsonObject, query: str = "", **options: Any) -> Any:
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": preconditions, **options}
        return self.send(title, "DELETE", f"{MESH}/serviceentries/{name}{query}", body)


def conversation(client: Rest) -> list[JsonObject]:
    """The client is an admin; the namespace `mesh` is there, and holds nothing of Istio's."""
    talk = _Talk(client)
    for part in (_discovery, _creation, _preconditions, _ownership, _updates, _workloads, _pages, _deletion):
        part(talk)
    return talk.said


def recorded() -> list[JsonObject]:
    return [json.loads(line) for line in RECORD.read_text().splitlines()]


def record(said: list[JsonObject]) -> None:
    RECORD.write_text("".join(json.dumps(one, sort_keys=True) + "\n" for one in said))


def _discovery(talk: _Talk) -> None:
    talk.get("the group", f"/apis/{GROUP}")
    talk.get("a group that is not there", "/apis/example.com")
    talk.get("a version that is not there", f"/apis/{GROUP}/v7/serviceentries")
    talk.get("an empty list", f"{MESH}/serviceentries?limit=2")
    talk.get("a namespace that is not there", f"{API}/namespaces/nope/serviceentries")
    talk.get("an object that is not there", f"{MESH}/serviceentries/nope")


def _creation(talk: _Talk) -> None:
    labelled = entry(labels={"app": "x"}, annotations={"n": "1"})
    talk.apply("dry run of a creation", labelled, query="&dryRun=All")
    talk.apply("creation", labelled)
    talk.apply("the same again", labelled)
    talk.apply("dry run of a change", entry(labels={"app": "y"}), query="&dryRun=All")
    talk.apply("without endpoints, then with", entry(spec={**SPEC, "endpoints": [{"address": "10.0.0.1"}]}))
    talk.apply("and without labels, as before", labelled)
    talk.apply("in a namespace that is not there", {**entry("x"), "metadata": {"name": "x", "namespace": "nope"}},
               namespace="nope")
    talk.apply("no field manager", entry(), manager="")
    talk.send("another content type", "PATCH", f"{MESH}/serviceentries/web?fieldManager=x", entry(), "application/foo")


def _preconditions(talk: _Talk) -> None:
    changed = {**SPEC, "resolution": "DNS"}
    live = talk.get("one object", f"{MESH}/serviceentries/web")["metadata"]
    version, uid = live["resourceVersion"], live["uid"]
    talk.apply("an old version", entry(spec=changed, resourceVersion="1"))
    talk.apply("another uid", entry(spec=changed, uid=OTHER_UID))
    talk.apply("the right version and uid", entry(spec=changed, resourceVersion=version, uid=uid))
    talk.apply("a version, of an object that is gone", entry("gone", resourceVersion="1"))
    talk.apply("a uid, of an object that is gone", entry("gone-too", uid=uid, resourceVersion=version))


def _ownership(talk: _Talk) -> None:
    two_ports = {**SPEC, "ports": [HTTP_80, HTTP_8080], "workloadSelector": {"labels": {"a": "b"}}}
    talk.apply("two ports and a selector", entry("own", two_ports, labels={"app": "x"}, annotations={"n": "1"}))
    talk.apply("another one applies a part of it, and a label", entry("own", {"hosts": ["web.consul"], "ports": [HTTP_80]},
                                                                     labels={"argo": "1"}), ARGO)
    talk.apply("it conflicts in one field", entry("own", {"hosts": ["other"], "ports": [HTTP_80]}), ARGO)
    other_port = {**HTTP_80, "number": 81, "protocol": "TCP"}
    talk.apply("and in a port", entry("own", {"hosts": ["web.consul"], "ports": [other_port]}), ARGO)
    talk.apply("a port, the selector, a label and an annotation go", entry("own"))
    talk.apply("what both have stays", entry("own", {"hosts": ["web.consul"], "resolution": "STATIC"}))
    taken = entry("own", {"hosts": ["me.consul"], "resolution": "DNS"}, labels={"argo": "2"})
    talk.apply("by force", taken, query="&force=true")
    talk.apply("nobody's field", entry("own", {"hosts": ["me.consul"], "resolution": "DNS", "exportTo": ["."]}))
    talk.apply("nothing but the name of the host", entry("own", {"hosts": ["me.consul"]}))


def _updates(talk: _Talk) -> None:
    talk.send("created with POST", "POST", f"{MESH}/serviceentries?fieldManager={EDIT}",
              entry("posted", labels={"a": "b"}, annotations={"c": "d"}))

    def add(body: JsonObject) -> None:
        body["metadata"]["labels"] = {"a": "c", "team": "t"}
        body["spec"]["ports"].append(HTTP_8080)

    talk.put("another one edits", "posted", add, "other-edit")
    talk.apply("conflicts with both", entry("posted", {**SPEC, "hosts": ["x"]}, labels={"a": "x"}))
    talk.apply("taken over by force", entry("posted", labels={"a": "x"}), query="&force=true")
    talk.put("a label goes", "posted", lambda body: body["metadata"].pop("labels"))
    talk.put("what was applied is edited", "posted", lambda body: body["spec"].update(resolution="DNS"))
    talk.apply("and applied again", entry("posted"))
    body = talk.get("read", f"{MESH}/serviceentries/posted")
    body["status"] = {"addresses": [{"value": "240.240.0.1"}]}
    talk.send("a status", "PUT", f"{MESH}/serviceentries/posted/status?fieldManager=pilot-discovery", body)
    talk.apply("applied after a status", entry("posted", {**SPEC, "location": "MESH_EXTERNAL"}), query="&force=true")


def _workloads(talk: _Talk) -> None:
    spec = {"address": "10.0.0.1", "labels": {"a": "b"}, "ports": {"http": 80}, "weight": 3}
    for title, changed in (("a workload", spec), ("another port", {**spec, "ports": {"http": 81}}),
                           ("without labels", {"address": "10.0.0.1", "weight": 3})):
        talk.apply(title, entry("w", changed, "WorkloadEntry", labels={"x": "y"}), plural="workloadentries")


def _pages(talk: _Talk) -> None:
    token = ""
    for number in (1, 2, 3):
        page = talk.get(f"page {number}", f"{MESH}/serviceentries?limit=2{token and f'&continue={token}'}")
        token = page["metadata"]["continue"]
    talk.get("all of a namespace", f"{MESH}/workloadentries")
    talk.get("one of another version", f"/apis/{GROUP}/v1beta1/namespaces/mesh/workloadentries/w")


def _deletion(talk: _Talk) -> None:
    live = talk.get("one that will go", f"{MESH}/serviceentries/web")["metadata"]
    right = {"uid": live["uid"], "resourceVersion": live["resourceVersion"]}
    talk.delete("of another uid", "web", {**right, "uid": OTHER_UID})
    talk.delete("of an old version", "web", {**right, "resourceVersion": "1"})
    talk.delete("a dry run", "web", right, dryRun=["All"])
    talk.delete("a dry run that only the query asks for is none", "web", right, "?dryRun=All")
    talk.delete("it is gone", "web", right)


def _told(answer: Answer) -> Any:
    return answer.json if answer.headers.get_content_type() == "application/json" else answer.text


def _plain(told: Any) -> Any:
    """Without what differs from run to run, and without the order of what has none."""
    if isinstance(told, dict):
        plain = {key: _VOLATILE[key] if key in _VOLATILE and value and isinstance(value, str) else _plain(value)
                 for key, value in told.items()}
        if "causes" in plain:
            once = {json.dumps(cause, sort_keys=True) for cause in plain["causes"]}  # some come twice
            plain["causes"] = [json.loads(cause) for cause in sorted(once)]
        if "managedFields" in plain:  # in the order of their seconds
            plain["managedFields"].sort(key=lambda owned: (owned["operation"], owned["manager"]))
        return plain
    if isinstance(told, list):
        return [_plain(one) for one in told]
    return _RECORD_VERSION.sub(r"\1 (VERSION)", _UUID.sub("UUID", told)) if isinstance(told, str) else told
