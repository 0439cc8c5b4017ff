"""Where a tenant may send us (OWASP API7): the same addresses are refused to webhooks and to MCP servers."""

from pathlib import Path

import pytest

from tests.virtual_time import run_real
from tests.web.site import site

INSIDE = [
    "https://127.0.0.1/",
    "https://10.0.0.5/hook",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://0.0.0.0/",
    "https://user:pass@127.0.0.1/",
]


@pytest.mark.parametrize("url", INSIDE)
@pytest.mark.parametrize("path", ["/api/v1/webhooks", "/api/v1/mcp-servers"])
def test_an_address_inside_is_refused(tmp_path: Path, path: str, url: str) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            refused = await client.post(path, json={"url": url, "name": "inside"} if "mcp" in path else {"url": url})
            assert refused.status_code == 422, refused.text

    run_real(main())


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)"]
)
def test_a_webhook_goes_by_https_alone(tmp_path: Path, url: str) -> None:
    async def main() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.post("/api/v1/webhooks", json={"url": url})).status_code == 422

    run_real(main())
