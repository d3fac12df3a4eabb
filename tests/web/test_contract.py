"""The API is as it describes itself: a short campaign of Schemathesis; the long one is `make contract`."""

import json
from pathlib import Path

from tests.contract import campaign

SHORT = ("--phases", "fuzzing", "--max-examples", "1", "--generation-deterministic")


def test_what_the_api_answers_is_as_described_and_what_is_not_is_found(tmp_path: Path) -> None:
    with campaign.site(tmp_path) as (url, told):
        found = campaign.run(tmp_path, url, told, *SHORT)
        assert (0, True) == (found.code, "No issues found" in found.said), found.said
        planted = json.loads(told)
        planted["components"]["schemas"]["InboxOut"]["required"].append("planted")
        one = ("--include-path", "/v1/inboxes")
        found = campaign.run(tmp_path, url, json.dumps(planted).encode(), *SHORT, *one)
        assert (1, True) == (found.code, "planted" in found.said), found.said
