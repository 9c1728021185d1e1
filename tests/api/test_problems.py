"""Whatever goes wrong under /api/ is told in one voice: application/problem+json."""

import io
import json
from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from enterprises.api import needs as needs_api

from .conftest import ME, NEEDS, faults

MEGABYTE = 2**20


def is_problem(answer, status, code):
    body = json.loads(answer.content)
    assert answer.status_code == status, body
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("path", [NEEDS, ME, "/api/v1/organisations/", "/api/v1/profiles/me/matches/"])
def test_without_a_token_one_is_not_signed_in(db, path):
    answer = APIClient().get(path)
    is_problem(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["/api/v1/no-such-thing/", "/api/", "/api/v2/needs/", "/api/v1/needs/no-uuid/"])
def test_an_unknown_address_is_not_found_whatever_the_method_and_whoever_asks(db, method, path):
    client = APIClient(enforce_csrf_checks=True)
    is_problem(getattr(client, method)(path), 404, "not_found")


def test_an_address_without_its_last_slash_says_so(db):
    assert "slash" in is_problem(APIClient().get("/api/v1/needs"), 404, "not_found")["detail"]
    assert "slash" not in is_problem(APIClient().get("/api/v1/nothing"), 404, "not_found")["detail"]


def test_a_head_of_an_unknown_address_is_not_found_either(db):
    answer = APIClient().head("/api/v1/no-such-thing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_does_not_apply_is_told_with_those_that_do(api, owner):
    answer = api(owner).delete(NEEDS)
    is_problem(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_format_that_is_not_offered(api, owner):
    is_problem(api(owner).get(NEEDS, headers={"accept": "text/html"}), 406, "not_acceptable")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_format_that_is_not_read(api, owner, content_type):
    is_problem(api(owner).post(NEEDS, "title=x", content_type=content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"not json",
        b'{"title": "\xff\xfe"}',
        '{"title": "数据"}'.encode("gbk"),
        b'{"title": "\\ud83d"}',
        b'{"\\udc00": 1}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"headcount": ' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
    ids=[
        "cut off",
        "empty",
        "no json",
        "no utf-8",
        "gbk",
        "half a pair",
        "half a pair as a name",
        "very deep list",
        "very deep object",
        "endless number",
        "byte order mark",
    ],
)
def test_a_body_that_cannot_be_read(api, owner, body):
    answer = api(owner).generic("POST", NEEDS, body, content_type="application/json")
    if body:
        is_problem(answer, 400, "malformed")
    else:
        assert faults(answer)["#/title"] == "required"


def test_a_body_of_fifty_megabytes_is_refused_before_it_is_read_into_memory(api, owner):
    class Counted(io.RawIOBase):
        """An endless body that notes the largest piece that anybody asked for."""

        largest = 0

        def read(self, size=-1):
            Counted.largest = max(Counted.largest, size if size >= 0 else 50 * MEGABYTE)
            return b" " * min(size, MEGABYTE)

    answer = api(owner).generic(
        "POST",
        NEEDS,
        b"",
        content_type="application/json",
        **{"CONTENT_LENGTH": str(50 * MEGABYTE), "wsgi.input": Counted()},
    )
    is_problem(answer, 413, "too_large")
    assert Counted.largest <= MEGABYTE


def test_a_body_that_ends_before_its_length_is_refused_as_well(api, owner):
    cut = {"CONTENT_LENGTH": str(50 * MEGABYTE), "wsgi.input": io.BytesIO(b"{}")}
    is_problem(api(owner).generic("POST", NEEDS, b"", content_type="application/json", **cut), 413, "too_large")


def test_a_body_of_three_megabytes_is_refused(write):
    is_problem(write(text="x" * 3 * MEGABYTE), 413, "too_large")


def test_too_large_is_told_before_anything_else_is_asked(db):
    is_problem(APIClient().post("/api/v1/nowhere/", "x" * 3 * MEGABYTE, content_type="text/plain"), 413, "too_large")


def test_a_length_that_is_no_number_harms_nobody(api, owner):
    answer = api(owner).generic("POST", NEEDS, b"{}", content_type="application/json", CONTENT_LENGTH="many")
    assert faults(answer)["#/title"] == "required"


def test_a_crash_is_told_without_a_word_of_where_it_happened(api, owner, written, monkeypatch):
    def breaks(**given):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(needs_api.NeedResource, "life", replace(needs_api.LIFE, create=breaks))
    client = api(owner)
    client.raise_request_exception = False
    answer = client.post(NEEDS, written(), format="json")
    is_problem(answer, 500, "server_error")
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content


def test_a_host_that_is_not_ours_is_a_problem_too(db):
    is_problem(APIClient().get(NEEDS, headers={"host": "elsewhere.example"}), 400, "malformed")


@pytest.mark.parametrize("cursor", ["nonsense", "cD1ub3RhZGF0ZQ==", "cD0lMDA=", "%00", "bz0tMQ=="])
@pytest.mark.parametrize("path", [NEEDS, "/api/v1/skills/", "/api/v1/cities/"])
def test_a_made_up_cursor_is_told_or_leads_nowhere_but_breaks_nothing(api, owner, path, cursor):
    answer = api(owner).get(path, {"cursor": cursor})
    if answer.status_code == 200:
        assert answer.json()["results"] == []
    else:
        assert {fault["code"] for fault in is_problem(answer, 422, "invalid_input")["errors"]} == {"invalid_cursor"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=lost", "status"),
        ("kind=holiday", "kind"),
        ("organisation=7", "organisation"),
        ("ordering=id", "ordering"),
        ("city=%00", "city"),
        ("area=%00", "area"),
        ("ordering=-organisation__credit_code", "ordering"),
    ],
)
def test_a_wrong_filter_is_told_by_its_name(api, owner, query, parameter):
    body = is_problem(api(owner).get(f"{NEEDS}?{query}"), 422, "invalid_input")
    assert [fault["parameter"] for fault in body["errors"]] == [parameter]
    assert body["errors"][0]["code"]
    assert body["errors"][0]["detail"]


@pytest.mark.parametrize("language", ["zh-hans", "zh-CN", "zh-Hans", "zh", "zh-CN,zh;q=0.9,en;q=0.8"])
def test_the_language_of_the_messages_is_the_one_asked_for(api, owner, language):
    answer = api(owner, language).delete(NEEDS)
    assert answer["Content-Language"] == "zh-hans"
    assert "DELETE" in answer.data["detail"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.data["detail"])


def test_another_language_gets_english(api, owner):
    assert api(owner, "fr").get(NEEDS)["Content-Language"] == "en"


def test_head_and_options_are_answered(api, owner):
    client = api(owner)
    head = client.head(NEEDS)
    assert (head.status_code, head.content) == (200, b"")
    options = client.options(NEEDS)
    assert options.status_code == 200
    assert {"GET", "POST"} <= set(options.data["methods"])


def test_the_root_names_the_resources_for_everybody(db):
    answer = APIClient().get("/api/v1/")
    assert answer.status_code == 200
    assert answer.data["needs"] == "http://testserver/api/v1/needs/"


def test_a_session_of_the_pages_reads_but_writes_only_with_its_token_against_forgery(owner, firm, written):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.get(NEEDS).status_code == 200
    is_problem(client.post(NEEDS, written(), format="json"), 403, "not_allowed")
