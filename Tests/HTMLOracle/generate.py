"""Hostile HTML: small documents that try to get something past a filter, or out of a table cell."""

ELEMENTS = """
a abbr address area article audio b blockquote br button caption center cite code col colgroup dd details dialog div dl dt em
fieldset figcaption figure font form frameset h1 h2 h6 head header hgroup hr html body i iframe image img input label legend li
listing main map marquee math menu meta mi mtext mglyph annotation-xml nav nobr noembed noframes noscript object ol optgroup option
p param plaintext pre rb rp rt rtc ruby s script search section select small span strong style sub summary svg foreignObject desc
table tbody td template textarea tfoot th thead title tr track tt u ul var video wbr xmp x-y B TABLE Td SCRIPT embed base link
""".split()
TABLE_PARTS = "table table caption colgroup col tbody thead tfoot tr tr td td th".split()
COMMON = "a b i p div span li ul ol dl dd dt h1 h2 button ruby rt rb rtc rp pre font table td tr".split()
ATTRIBUTES = """
href src cite poster longdesc usemap style class id title name onclick onerror onload srcset action formaction background
data-x data- data-A_1 data-é data-[x] aria-label aria-hidden aria-pressed xlink:href xmlns srcdoc download target is slot nonce
contenteditable hidden tabindex xml:lang align colspan rowspan HREF Style oNcLiCk popover autofocus open value
""".split()
SCHEMES = """
javascript: JaVaScRiPt: java&#9;script: java\tscript: java\nscript: &#106;avascript: &#x6A;avascript: javascript&colon;
javascript&#58; javascript&#58 javascript&#x3a; vbscript: data:text/html, data&colon; blob: file: about: ws: http: HTTPS:
http:// // / ? # mailto: feed: feed:javascript: feed:feed:feed: tel: &Tab;javascript: &NewLine;javascript: \x01javascript:
javascript:javascript: a:b:c:d:e:f: :: x/?y: intent: ht&#116;p: &#0000106avascript: java&#0;script: &amp;#58; &#x2f;javascript:
""".split(" ")
STYLES = """
color:red Color:red width:expression(alert(1)) background:url(javascript:alert(1)) background:url('http://x/y.png?a=1&b=2')
background:url(data:x) width:calc(1px+(2px)) --x:1 --x:url(x) color:rgb(1,2,3) background:linear-gradient(rgb(0,0,0),red)
width:var(--x,url(javascript:1)) behavior:url(x) -moz-binding:url(x) position:fixed font-family:"A" font-family:'A'
font-family:&quot;A&quot; color:r\\65 d color:red/**/ content:attr(x) x:} a=b color background:u\\72l(x) \\0color:red
b\\0ackground:red width:max(1px,min(2px,3px)) transform:rotate(1deg) clip-path:url(#a) fill:url("x" ) mask:url() filter:url(//x)
background:image-set(x) d:path('M0(') wi&#100;th:1px width:1px&#59;behavior:url(x) @import"x" </style> &#10;color:red
""".replace("\n", " ").split(" ")
REFERENCES = """
&amp; &lt; &gt; &quot; &apos; &nbsp; &copy; &copy &bogus; &#60; &#x3C; &#x3c &#60 &#0; &#x110000; &#xD800; &#65534; &#128; &#38;lt;
&amp;lt; & && &; &# &#; &#x; &#x &#9; &#10; &#000000000000000000060; &lt &ltscript&gt; &Lt; &there4; &#x00000a0; &sup1; &AMP; &amp
""".split()
RAW = [
    "<", ">", "<<", "</", "</>", "<!", "<!-", "<!--", "-->", "--!>", "<!-->", "<!--->", "<!---->", "<!-- x -- y -->", "<!----!>",
    "<!-- <script>alert(1)</script> -->", "<!doctype html>", "<!DOCTYPE x [<!ENTITY a>]>", "<?xml version=1?>", "<?php echo '<b>' ?>",
    "<![CDATA[<b>x</b>]]>", "<!x y>", "</ x>", "</1>", "<1>", "< b>", "<b", "<b ", "<b x", "<b x=", '<b x="', "<b x='", "<a <b>",
    "<a/b/c>", '<a "b>', "<a =b>", "<a b=c=d>", '<a title="<b>">', "<a title='</td>'>", "<br/>", "<div/>", "<td/>", "</br>", "</p>",
    "<p/>", '"', "'", "`", "\\", "\\\"", "\\0", "--", "]]>", "\t", "\n", "\r", "\r\n", " ", "\x00", "\x01", "\x0b", "\x0c",
    "\x1f", "\x7f", "\u0080", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ufffe", "\U0001f600", "é", "text", "one two", "</td></tr></table>",
    "<scr<script>ipt>", "<scr\x00ipt>", "<<b>script>alert(1)<</b>/script>", "&#60;script&#62;", "<svg><style><img src=x onerror=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<select><template><img src=x onerror=alert(1)>",
    "<table><a><table><td><a>", "<p><b><i><p></b></i>", "<a><p><a></p></a>", "<b><b><b><b><p></b>", "<table><tr><td><table><tr></td></table>",
    "<ruby><rb><rtc><rt>x<rp></ruby>", "<dl><dd><div><dd><p><dt>", "<ul><li><ol><li></ul><li>", "<h1><h2><b><h3></h1>", "<button><p><button>",
    "<caption><td></caption>", "<colgroup>x<col>", "<table>x<b>y<tr>z<td>", "<plaintext>", "</plaintext>", "<xmp><b>", "<listing>\n",
    "<pre>\n\n", "<textarea></textarea>", "<title></title>", "<frameset>", "</body></html>", "<body onload=x>", "<html onload=x>",
]


def attribute(random):
    name = random.choice(ATTRIBUTES)
    pick = random.random()
    if name.lower() == "style" or pick < 0.15:
        value = ";".join(random.choice(STYLES) for _ in range(random.randint(1, 4)))
    elif pick < 0.6:
        value = random.choice(SCHEMES) + random.choice(["x", "alert(1)", "//host/p?q=1&r=2#f", ""])
    else:
        value = random.choice(REFERENCES + RAW + ["x", "1"])
    shape = random.random()
    if shape < 0.5:
        return f' {name}="{value}"'
    if shape < 0.65:
        return f" {name}='{value}'"
    if shape < 0.85:
        return f"{random.choice([' ', '/', chr(9)])}{name}{random.choice(['=', ' = '])}{value}"
    if shape < 0.95:
        return f" {name}"
    return f' {name}="{value}'


def tag(random):
    pool = random.choice([ELEMENTS, COMMON, COMMON, TABLE_PARTS])
    name = random.choice(pool)
    if random.random() < 0.35:
        return f"</{name}>"
    attributes = "".join(attribute(random) for _ in range(random.choice([0, 0, 0, 1, 1, 2, 3])))
    return f"<{name}{attributes}{random.choice(['>', '>', '>', '>', '/>', ' />', ' >', ''])}"


def document(random):
    """One document, as bytes."""
    pieces = []
    for _ in range(random.choice([1, 2, 3, 5, 8, 13])):
        pick = random.random()
        if pick < 0.55:
            pieces.append(tag(random))
        elif pick < 0.75:
            pieces.append(random.choice(RAW))
        elif pick < 0.85:
            pieces.append(random.choice(REFERENCES))
        else:
            pieces.append(random.choice(["x", "y z", "1", ""]))
    if random.random() < 0.02:
        pieces.insert(random.randrange(len(pieces) + 1), tag(random) * random.choice([10, 140]))
    data = bytearray("".join(pieces).encode())
    while data and random.random() < 0.25:
        place = random.randrange(len(data))
        change = random.random()
        if change < 0.35:
            del data[place]
        elif change < 0.65:
            data[place] = random.randrange(256)
        elif change < 0.85:
            data.insert(place, random.choice(b"<>\"'&=/;-! \x00\xff\xc3"))
        else:
            data[place:place] = data[random.randrange(len(data)):][:20]
    return bytes(data)
