import json

instances = [{"id": f"i{n}", "address": f"10.0.0.{n + 1}", "ports": [{"number": 31000 + n}]} for n in range(65)]
print(json.dumps({
    "apiVersion": "registry2istio.io/v1", "kind": "Snapshot", "source": {"name": "consul", "kind": "consul"},
    "scopes": [{"name": "dc1", "complete": True, "datacenter": "dc1"}],
    "services": [{"name": "pay", "instances": instances}],
}))
