"""The requests of the README are ones that the interface takes, and a shell can send."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from graphql import parse, validate

from config.schema import schema

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
[SECTION] = re.findall(
    r"^## The first schedule.*?^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE
)
REQUESTS = re.findall(r"^(?:ask|curl -N) .*?(?=^#|^\w+=|\Z)", SECTION, re.DOTALL | re.MULTILINE)


def test_the_readme_asks_for_sites_a_plan_its_result_and_its_changes() -> None:
    assert len(REQUESTS) == 4


@pytest.mark.parametrize("request_lines", REQUESTS, ids=["sites", "plan", "result", "changes"])
def test_a_request_of_the_readme_is_json_and_fits_the_schema(request_lines: str) -> None:
    # ``ask`` and ``curl`` print here what they would send, which is their last argument.
    last = 'for last; do :; done; printf %s "$last"'
    [ask] = re.findall(r"printf %s .*?(?=\)\"$)", SECTION, re.MULTILINE)
    script = f"curl() {{ {last}; }}\nask() {{ {ask}; }}\nSITE=x RUN=y\n{request_lines}"

    sent = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    document = json.loads(sent)
    assert validate(schema._schema, parse(document["query"])) == []
