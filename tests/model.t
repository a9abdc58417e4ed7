#!/usr/bin/python3
"""duto model: what show and convert say."""
import json
import os
import pickle
import pty
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np
import xgboost
from sklearn.ensemble import RandomForestClassifier

import lightgbm_models
import onnx_models as models
import samples
import tap
import trees
from model_run import convert, duto, refused


def forms():
    """One model of every form."""
    rng = np.random.default_rng(7)
    models.save(models.graph(models.classifier(rng, ["good", "worn"])), "m.onnx")
    convert("m.onnx")
    open("l.txt", "w").write(lightgbm_models.model(rng, "regression", 1, False))
    x = rng.normal(size=(300, 2))
    xgboost.XGBClassifier(n_estimators=3).fit(x, x[:, 0] > 0).get_booster().save_model("x.json")
    return {"m.onnx": "ONNX", "m.forest": "Duto's text", "x.json": "XGBoost's JSON", "l.txt": "LightGBM's text"}


def test_show(files):
    for path, form in files.items():
        text, facts = duto("model", "show", path), json.loads(duto("model", "show", path, "--json").stdout)
        tap.ok(form in text.stdout and facts["form"] == form and facts["trees"] > 1, f"show: {form}", text.stderr, text.stdout)
        tap.ok(facts["sha256"] in text.stdout and facts["bytes"] == os.path.getsize(path), f"show: {form}: size and digest")
        tap.ok("\x1b" not in text.stdout and text.stderr == "", f"show: {form}: no colours in a pipe")
    facts = json.loads(duto("model", "show", "m.forest", "--json").stdout)
    text = trees.Text("m.forest")
    nodes = [n for t in text.trees for n in t]
    splits = [int(n[1]) for n in nodes if n[0] == "split"]
    tap.ok((facts["nodes"], facts["leaves"]) == (len(nodes), len(nodes) - len(splits)), "show: nodes and leaves", facts)
    tap.ok([f["splits"] for f in facts["features"]] == [splits.count(k) for k in range(3)], "show: splits of each feature")
    tap.ok(facts["outputs"] == ["good", "worn"] and facts["kind"] == "classification", "show: classes")
    shown = duto("model", "show", "m.forest").stdout
    tap.ok("duto forest scores worn, with --positive good the other" in shown, "show: the class that is scored", shown)
    left = sum(n[5] == "left" for n in nodes if n[0] == "split") / len(splits)
    tap.ok(abs(facts["missing_left"] - left) < 1e-12, "show: where missing values go")


def on_terminal(*words, **environment):
    """What a command writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    done = subprocess.run([samples.DUTO, *words], stdout=theirs, env={**os.environ, **environment})
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 65536):
            text += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    return done.returncode, text.decode()


def test_terminal():
    status, text = on_terminal("model", "show", "m.onnx", TERM="xterm")
    tap.ok(status == 0 and "\x1b[" in text and "█" in text, "show: colours on a terminal", text)
    status, text = on_terminal("model", "show", "m.onnx", NO_COLOR="1")
    tap.ok(status == 0 and "\x1b[" not in text, "show: none with NO_COLOR", text)


def test_convert(files):
    done = duto("model", "convert", "m.onnx", "new.forest")
    digest = json.loads(duto("model", "show", "new.forest", "--json").stdout)["sha256"]
    tap.ok(done.stderr == f"wrote new.forest, sha256 {digest}\n", "convert: the digest; nothing lost, nothing more said", done.stderr)
    for end in "json", "txt", "pkl", "pmml":
        done = duto("model", "convert", "m.forest", f"new.{end}")
        tap.ok(done.returncode == 100 and f"new.{end}" in done.stderr and not os.path.exists(f"new.{end}"),
               f"convert: .{end} is no form that is written", done.stderr)
    for path, form in files.items():
        if path != "m.forest":
            refused(f"duto forest says how to make {form} a model to score with", path, form,
                    f"duto model convert {path}", words=("forest", "--model"))
    done = duto("model", "convert", "m.onnx", "no/such/folder.forest")
    tap.ok(done.returncode == 111 and "no/such/folder.forest" in done.stderr, "convert: a folder that is not there: exit 111",
           done.stderr)


def test_refused():
    with open("p.pkl", "wb") as f:
        pickle.dump(RandomForestClassifier(), f)
    refused("a pickle is never read", "p.pkl", "pickle", "sklearn_to_duto.py")
    open("empty", "w").close()
    refused("an empty file", "empty", "expected a model of Duto, ONNX")
    refused("an absent file", "absent", "absent")
    with open("endless", "wb") as f:
        f.truncate(1 << 40)
    refused("a file without end", "endless", "endless: expected at most 1073741824 bytes")
    with open("huge.onnx", "wb") as f:
        f.write(b"\x08\x07")
        f.truncate((1 << 28) + 1)
    refused("a huge file", "huge.onnx", "huge.onnx: 268435457 bytes: expected at most 268435456")
    tap.ok(duto("model", "shw").returncode == 100, "another word is refused")
    done = duto("model", "convert", "--help")
    tap.ok(done.returncode == 0 and "convert FROM TO" in done.stdout, "--help behind a word")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    every = forms()
    test_show(every)
    test_terminal()
    test_convert(every)
    test_refused()
    os.chdir("/")
tap.done()
