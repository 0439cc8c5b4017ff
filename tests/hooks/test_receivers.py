"""What the documentation gives to receivers takes what we sign, and nothing else."""

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from switchroom.hooks import signing

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / "examples" / "n8n" / "call-ended.json"
BODY = '{"id":"evt_1","type":"call.ended","call":"call_1","data":{"who":"Zoë"}}'.encode()
SECRET = signing.new_secret()
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

HARNESS = """
const [code, headers, body, secret] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const work = Object.getPrototypeOf(async function () {}).constructor;
const self = { helpers: { getBinaryDataBuffer: async () => Buffer.from(body, 'base64') } };
new work('$input', '$env', 'require', code)
  .call(self, { first: () => ({ json: { headers } }) }, { SWITCHROOM_WEBHOOK_SECRET: secret }, require)
  .then((items) => console.log(JSON.stringify(items.map((item) => item.json))));
"""

DOCUMENTED = """
const [code, headers, body, secret] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const receive = new Function('require', `${code}; return receive;`)(require);
let told = [{ verified: false }];
try { told = [{ verified: true, event: receive(secret, headers, Buffer.from(body, 'base64')) }]; } catch (error) {}
console.log(JSON.stringify(told));
"""


def documented(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def workflow_code() -> str:
    nodes = json.loads(WORKFLOW.read_text())["nodes"]
    [code] = [node["parameters"]["jsCode"] for node in nodes if node["type"] == "n8n-nodes-base.code"]
    assert isinstance(code, str)
    return code


def with_node(harness: str, code: str) -> Callable[[dict[str, str], bytes], dict[str, object]]:
    """Return a receiver that runs in node."""

    def receive(headers: dict[str, str], body: bytes) -> dict[str, object]:
        text = json.dumps([code, headers, base64.b64encode(body).decode(), SECRET])
        printed = subprocess.run(["node", "-e", harness], input=text, capture_output=True, text=True, check=True).stdout
        [told] = json.loads(printed)
        assert isinstance(told, dict)
        return told

    return receive


@needs_node
@pytest.mark.parametrize("which", ["n8n", "documented"])
def test_what_receivers_run_in_node_takes_our_signature_and_refuses_others(which: str) -> None:
    harness, code = (HARNESS, workflow_code()) if which == "n8n" else (DOCUMENTED, documented("javascript"))
    receive, now = with_node(harness, code), time.time()
    keys = [signing.new_secret(), SECRET]  # while the secret is replaced
    genuine = signing.headers(keys, "evt_1", now, BODY)
    assert receive(genuine, BODY) == {"verified": True, "event": json.loads(BODY)}
    refused = {"verified": False}
    assert receive(signing.headers(keys[:1], "evt_1", now, BODY), BODY) == refused
    assert receive(genuine, BODY.replace(b"ended", b"begun")) == refused
    assert receive({**genuine, "webhook-id": "evt_2"}, BODY) == refused
    assert receive(signing.headers(keys, "evt_1", now - 400, BODY), BODY) == refused
    assert receive({**genuine, "webhook-signature": "v1, v2,x"}, BODY) == refused


def test_the_documented_python_takes_our_signature() -> None:
    names: dict[str, Callable[[str, dict[str, str], bytes], object]] = {}
    exec(documented("python"), names)
    headers = signing.headers([SECRET], "evt_1", time.time(), BODY)
    assert names["receive"](SECRET, headers, BODY) == json.loads(BODY)


def test_the_workflow_is_one_that_n8n_can_import() -> None:
    workflow = json.loads(WORKFLOW.read_text())
    nodes = {node["name"]: node for node in workflow["nodes"]}
    assert len(nodes) == len(workflow["nodes"]) == len({node["id"] for node in workflow["nodes"]})
    for node in nodes.values():
        assert {"id", "name", "type", "typeVersion", "position", "parameters"} <= set(node)
        assert node["type"].startswith("n8n-nodes-base.")
        assert len(node["position"]) == 2
    reached = {"Webhook"}
    for source, outputs in workflow["connections"].items():
        assert source in nodes
        for link in (link for output in outputs["main"] for link in output):
            assert (link["node"] in nodes, link["type"], link["index"]) == (True, "main", 0)
            reached.add(link["node"])
    assert reached == set(nodes)
    assert nodes["Webhook"]["parameters"]["options"]["rawBody"] is True
    asks = [node["parameters"]["url"] for node in nodes.values() if node["type"] == "n8n-nodes-base.httpRequest"]
    assert all("/api/v1/calls/" in url for url in asks)
