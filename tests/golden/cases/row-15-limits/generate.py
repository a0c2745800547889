import json

many = [{"id": f"i{n}", "address": f"10.0.{n >> 8}.{n & 255}", "ports": [{"number": 80}]} for n in range(4097)]
wide = [
    {"id": f"i{n}", "address": f"10.1.{n >> 8}.{n & 255}", "ports": [{"number": 80}],
     "tags": [f"label-{k}|{'v' * 60}" for k in range(6)]}
    for n in range(4000)
]
print(json.dumps({
    "apiVersion": "registry2istio.io/v1", "kind": "Snapshot", "source": {"name": "consul", "kind": "consul"},
    "scopes": [{"name": "dc1", "complete": True, "datacenter": "dc1"}],
    "services": [{"name": "many", "instances": many}, {"name": "wide", "instances": wide}],
}))
