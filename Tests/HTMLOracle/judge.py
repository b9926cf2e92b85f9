"""Judges filtered HTML by what an HTML5 parser makes of it inside a table cell. The rules here are written from the facts in
Tests/Fixtures/kses-post.json and know nothing of the filter."""

import json
import os
import re

import html5lib

FACTS = json.load(open(os.path.join(os.path.dirname(__file__), "../Fixtures/kses-post.json"), encoding="utf-8"))
ELEMENTS = {name: set(own) for name, own in FACTS["elements"].items() if name not in ("object", "textarea", "title")}
GLOBAL = set(FACTS["global_attributes"]) - {"data-*"}
VOID = set(FACTS["void_elements_in_list"])
ADDRESSES = set(FACTS["uri_attributes"])
SCHEMES = set(FACTS["protocols"])
PROPERTIES = set(FACTS["css"]["allowed_properties"])
URL_PROPERTIES = set(FACTS["css"]["url_properties"])
FUNCTIONS = set(FACTS["css"]["functions_allowed_anywhere"]) | set(FACTS["css"]["gradient_functions"]) | {"rgb", "rgba", "url"}

BEFORE = "<!DOCTYPE html><body><table><tr><td>before</td><td>"
AFTER = "</td><td>after</td></tr></table><p>end</p>"
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^<>]*)?)>")
# Its text may end with a hyphen.
COMMENT = re.compile(r"<!--((?:(?!--)[^<>])*-?)-->")
FORMATTING = set("a b big code em font i s small strike strong tt u".split())
# Written by a parser where they are left out.
IMPLIED = {"tbody", "colgroup"}


class Verdict(Exception):
    """What is wrong."""


class Parser(html5lib.HTMLParser):
    """With a step that the standard has and html5lib has not (§13.2.6.4.7, the adoption agency algorithm, step 3): it matters
    where more than three equal formatting elements are in each other."""

    def __init__(self):
        super().__init__(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)

        class InBody(type(self.phases["inBody"])):
            def processEndTag(self, token):
                current = self.tree.openElements[-1]
                if token["name"] in FORMATTING and current.name == token["name"]:
                    if current not in self.tree.activeFormattingElements:
                        self.tree.openElements.pop()
                        return None
                return super().processEndTag(token)

        self.phases["inBody"] = InBody(self, self.tree)


def demand(condition, *what):
    if not condition:
        raise Verdict(" ".join(map(str, what)))


def judge(result):
    """Raises a Verdict when something in `result`, bytes, should not be."""
    text = result.decode("utf-8", errors="strict")
    demand(not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text), "a control character")
    bare = COMMENT.sub("", text)
    demand("<" not in TAG.sub("", bare) and ">" not in TAG.sub("", bare), "a bracket outside of a tag")
    body = Parser().parse(BEFORE + text + AFTER).find("body")
    cell = intact_cell(body)
    found = []
    for element in cell:
        walk(element, found)
    demand(written(bare) == found, "the tags spell", written(bare), "and a parser sees", found)


def intact_cell(body):
    demand([child.tag for child in body] == ["table", "p"], "the cell was left:", [child.tag for child in body])
    demand(not (body.text or "").strip() and body[1].text == "end", "text beside the table, or changed behind it")
    demand([child.tag for child in body[0]] == ["tbody"], "the table has", [child.tag for child in body[0]])
    rows = list(body[0][0])
    demand([row.tag for row in rows] == ["tr"], "the rows are", [row.tag for row in rows])
    cells = list(rows[0])
    demand([cell.tag for cell in cells] == ["td"] * 3, "the cells are", [cell.tag for cell in cells])
    demand(cells[0].text == "before" and cells[2].text == "after", "another cell has changed")
    demand(not any(len(cell) or cell.attrib for cell in (cells[0], cells[2])), "another cell has content")
    return cells[1]


def walk(element, found):
    """Collects what starts and ends, and judges each element."""
    if not isinstance(element.tag, str):
        return
    name = element.tag
    demand(name in ELEMENTS, "element", name)
    for attribute, value in element.attrib.items():
        judge_attribute(name, attribute, value)
    is_left_out = name in IMPLIED and not element.attrib
    if not is_left_out:
        found.append(name)
    for child in element:
        walk(child, found)
    if not is_left_out and name not in VOID:
        found.append("/" + name)


def written(text):
    """The tags of `text` in the same form."""
    tags, left_out = [], []
    for slash, name, attributes in TAG.findall(text):
        if name in IMPLIED:
            if not slash:
                left_out.append(not attributes)
            if left_out.pop() if slash else left_out[-1]:
                continue
        tags.append(slash + name)
    return tags


def judge_attribute(element, name, value):
    allowed = name in GLOBAL or name in ELEMENTS[element] or re.fullmatch(r"data-[a-z0-9_-]+", name)
    demand(allowed, "attribute", name, "on", element)
    demand((element, name) != ("a", "download") or value == "", "a download with a name")
    if name in ADDRESSES:
        judge_address(value)
    if name == "style":
        judge_style(value)


def judge_address(value):
    # As URL parsers do (URL Standard §4.4): they skip these before and within.
    plain = re.sub(r"[\t\n\r]", "", value).lstrip("".join(map(chr, range(0x21))))
    scheme = re.match(r"([^/?#]*?):", plain)
    demand(not scheme or scheme[1].lower() in SCHEMES, "scheme", value)


def judge_style(value):
    demand(value, "an empty style")
    for declaration in value.split(";"):
        # What has no colon is no declaration, and may hold what a value may.
        name, _, rest = declaration.partition(":") if ":" in declaration else ("", "", declaration)
        name = name.strip()
        known = name in PROPERTIES or re.fullmatch(r"--[A-Za-z0-9_-]+", name)
        demand(known or rest == declaration, "property", name)
        for function, content in re.findall(r"([A-Za-z0-9_-]*)\(([^()]*)", rest):
            demand(function in FUNCTIONS or not function, "function", function, "in", declaration)
            demand(function != "url" or name in URL_PROPERTIES, "url() in", declaration)
            if function == "url":
                judge_address(content.strip().strip("'\"").strip())
        left = re.sub(r"url\([^)]*\)", "", rest)
        demand(not re.search(r"[\\&=}]|/\*", left), "style", declaration)
