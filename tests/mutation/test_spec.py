"""Model specs: refused with a sentence when wrong, and never a place for a key."""

import pytest

from workers.mutation.spec import KeyMissing, ModelSpec, read_key

ENDPOINT = {
    "kind": "endpoint",
    "name": "local",
    "url": "http://127.0.0.1:8080/v1",
    "model": "coder",
    "key_env": "CODER_KEY",
}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "bundled", "name": "bundled"},
        {"kind": "tuned", "name": "mine-2", "folder": "/models/mine-2"},
        {"kind": "hf", "name": "codegen", "folder": "/models/cg", "form": "carper", "batch": 16},
        {**ENDPOINT, "form": "search_replace", "price_in": 0.2, "price_out": 1},
    ],
)
def test_a_spec_comes_back_from_its_json(data):
    spec = ModelSpec.from_json(data)
    assert ModelSpec.from_json(spec.to_json()) == spec
    assert data.items() <= spec.to_json().items()


@pytest.mark.parametrize(
    ("kind", "form"), [("bundled", "lines"), ("random_gp", ""), ("endpoint", "numbered")]
)
def test_a_kind_has_its_usual_form(kind, form):
    more = {"url": "http://host/v1", "model": "m"} if kind == "endpoint" else {}
    assert ModelSpec(kind, "x", **more).form == form


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "oracle"}, "unknown kind"),
        ({"name": "../up"}, "name has"),
        ({"form": "lines"}, "writes numbered"),
        ({"form": "carper"}, "local folder"),
        ({"folder": "/x"}, "has no folder"),
        ({"kind": "hf"}, "needs a folder"),
        ({"adapter": "/x"}, "adapter"),
        ({"url": "ftp://host/"}, "http://127"),
        ({"url": "https://user:pw@host/v1"}, "no user"),
        ({"url": "https://host/v1?api_key=1"}, "no user"),
        ({"url": "http://host:99999/v1"}, "port"),
        ({"url": "http://[::1/v1"}, "cannot be read"),
        ({"model": ""}, "name of its model"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"batch": 2.5}, "whole number"),
        ({"batch": 0}, "from 1 to 256"),
        ({"price_in": -1}, "price_in"),
        ({"model": 7}, "must be text"),
        ({"temperature": 1}, "unknown fields"),
    ],
)
def test_a_wrong_spec_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        ModelSpec.from_json({**ENDPOINT, **change})


@pytest.mark.parametrize("key", ["sk-abc123", "hf_aBcDeF123", "a key", "../KEY", "/etc/KEY"])
def test_a_key_pasted_as_its_name_is_refused_and_not_repeated(key):
    with pytest.raises(ValueError, match="never the key itself") as raised:
        ModelSpec.from_json({**ENDPOINT, "key_env": key})
    assert key not in str(raised.value)


def test_the_keys_value_is_nowhere_in_a_spec(monkeypatch):
    monkeypatch.setenv("CODER_KEY", "sk-value-7f3a")
    spec = ModelSpec.from_json(ENDPOINT)
    assert read_key(spec.key_env) == "sk-value-7f3a"
    assert "7f3a" not in repr(spec) + str(spec.to_json())


def test_a_key_is_read_from_the_environment_else_from_the_secrets_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ELMWEB_SECRETS", str(tmp_path))
    monkeypatch.delenv("CODER_KEY", raising=False)
    assert read_key("") == ""
    with pytest.raises(KeyMissing, match="CODER_KEY"):
        read_key("CODER_KEY")
    (tmp_path / "CODER_KEY").write_text("from-file\n")
    assert read_key("CODER_KEY") == "from-file"
    monkeypatch.setenv("CODER_KEY", "from-environment")
    assert read_key("CODER_KEY") == "from-environment"


@pytest.mark.parametrize("value", [" \n", "two\nlines", "käse", "a b"])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(monkeypatch, value):
    monkeypatch.setenv("CODER_KEY", value)
    with pytest.raises(KeyMissing) as raised:
        read_key("CODER_KEY")
    assert value.strip() == "" or value not in str(raised.value)
