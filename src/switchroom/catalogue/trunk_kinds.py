"""What is usual for each kind of carrier and PBX: the fields of a ``TrunkForm`` that a new trunk of that kind begins with.

One table; addresses are what the carriers publish for signalling. Whatever a form says itself comes first.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal["generic", "twilio", "telnyx", "ovh", "freeswitch", "fusionpbx", "asterisk", "fritzbox", "kamailio"]
KINDS: tuple[Kind, ...] = get_args(Kind)

USUAL: Mapping[Kind, Mapping[str, object]] = {
    "generic": {},
    "twilio": {
        "networks": [
            "54.172.60.0/30",
            "54.244.51.0/30",
            "54.171.127.192/30",
            "35.156.191.128/30",
            "54.65.63.192/30",
            "54.169.127.128/30",
            "54.252.254.64/30",
            "177.71.206.192/30",
        ],
        "codecs": ["PCMU", "PCMA"],
        "trusts_identity": True,
        "accepts_refer": True,
        "calls_per_second": 30.0,
    },
    "telnyx": {
        "networks": [
            "192.76.120.10/32",
            "64.16.250.10/32",
            "185.246.41.140/32",
            "185.246.41.141/32",
            "192.76.120.31/32",
            "64.16.250.13/32",
            "103.115.244.145/32",
            "103.115.244.146/32",
            "103.115.244.158/32",
            "103.115.244.159/32",
        ],
        "domain": "sip.telnyx.com",
        "outbound_token_header": "X-Telnyx-Token",
        "reads_bare": True,
        "trusts_identity": True,
        "accepts_refer": True,
        "calls_per_second": 20.0,
    },
    "ovh": {
        "registers": True,
        "domain": "sip5.ovh.fr",
        "country": "33",
        "number_format": "00",
        "called": "to",
        "codecs": ["PCMA", "PCMU"],
        "expires": 1800,
        "identity": "pai",
        "trusts_identity": True,
    },
    "freeswitch": {
        "identity": "rpid",
        "trusts_identity": True,
        "accepts_refer": True,
        "follows_redirects": True,
    },
    "fusionpbx": {  # an extension of it
        "registers": True,
        "called": "to",
        "expires": 600,
        "identity": "rpid",
        "trusts_identity": True,
        "accepts_refer": True,
        "follows_redirects": True,
    },
    "asterisk": {
        "identity": "from+pai",
        "trusts_identity": True,
        "accepts_refer": True,
    },
    "fritzbox": {
        "registers": True,
        "domain": "fritz.box",
        "country": "49",
        "number_format": "national",
        "called": "to",
        "codecs": ["PCMA", "PCMU"],
        "expires": 300,
        "identity": "pai",
        "trusts_identity": True,
    },
    "kamailio": {
        "identity": "from+pai",
        "trusts_identity": True,
        "accepts_refer": True,
        "follows_redirects": True,
    },
}
