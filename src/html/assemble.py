#!/usr/bin/env python3
"""Puts the page's style sheet, scripts and Chart.js into page.html, and makes C++ of it.

Usage: assemble.py OUT.cpp page.html style.css chart.js SCRIPT.js...

The page gets a content security policy that names each script and style by its hash and allows
nothing else: text that came off the wire could not run even if it got out of its JSON.
"""

import base64
import hashlib
import pathlib
import sys

DATA = "@DATA@"
LITERAL = 30000  # characters of one string literal; neighbours are one string


def element(name, text):
    """An inline element, and its source expression for the policy (CSP 3, section 2.3.1)."""
    if f"</{name}" in text.lower() or "<!--" in text:
        sys.exit(f"assemble.py: a {name} that would end its element")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"<{name}>{text}</{name}>", f"'sha256-{digest}'"


def chart_library(path):
    """Without the hint at a source map, which a browser would look for beside the page."""
    lines = pathlib.Path(path).read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL"))
    if "Chart.js v" not in text[:400] or "License" not in text[:400]:
        sys.exit(f"assemble.py: {path} does not begin with the licence comment of Chart.js")
    return text


def literals(text):
    for at in range(0, len(text), LITERAL):
        yield f'    R"~page~({text[at:at + LITERAL]})~page~"'


def main():
    output, page, style, chart, *scripts = sys.argv[1:]
    page = pathlib.Path(page).read_text("utf-8")
    style, style_source = element("style", pathlib.Path(style).read_text("utf-8"))
    chart, chart_source = element("script", chart_library(chart))
    own = "\n".join(pathlib.Path(script).read_text("utf-8") for script in scripts)
    own, own_source = element("script", f'(() => {{\n"use strict";\n{own}\n}})();')
    policy = (f"default-src 'none'; script-src {chart_source} {own_source}; "
              f"style-src {style_source}; img-src data:; base-uri 'none'; form-action 'none'")
    for mark, text in [("@POLICY@", policy), ("@STYLE@", style), ("@CHART@", chart),
                       ("@SCRIPTS@", own)]:
        if page.count(mark) != 1:
            sys.exit(f"assemble.py: {mark} must be in the page once")
        page = page.replace(mark, text)
    before, after = page.split(DATA)
    parts = ['#include "html/page_parts.h"\n\nnamespace tlstriage::html {\n']
    for name, text in [("page_before_data", before), ("page_after_data", after)]:
        joined = "\n".join(literals(text))
        parts.append(f"const std::string_view {name} =\n{joined};\n")
    parts.append("}  // namespace tlstriage::html\n")
    pathlib.Path(output).write_text("\n".join(parts), "utf-8")


main()
