"""Checks texts for plain English: wording and sentences that are hard for tired or non-native readers.

The rule `wording` checks lessons, hints and test titles. The project's own tests check all other texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.template.validation_settings import Limits

# Pairs of the text to write instead, and the forbidden wording.
_AVOIDED = {
    'name the person or thing instead of "whoever", "whatever"': r"\b(?:who|what|which|where)ever\b",
    'name the person instead of "for who", "of who"': r"\b(?:for|by|of|to|as) who\b",
    'use "if" for a condition': r"(?:^|[.:] )(?-i:Where) (?!is\b|are\b|do(?:es)?\b|can\b|to\b)[^?\n]{3,90}?,",
    'write "(default: …)" instead of "else"': r"[;,] else\b(?! if)",
    'write "again" or "new" instead of "anew"': r"\banew\b",
    'write "fix" or "update" instead of "mend"': r"\bmend(?:s|ed|ing)?\b",
    'say how many instead of "so many"': r"\bso (?:many|long|much)\b(?! (?:as|that))",
    'write "after" or "starting with" instead of "from … on"': r"\bfrom [\w.]+ on\b",
    'write "isn\'t a" instead of "is no"': r"(?<!there )\b(?:is|are|was|were) no\b(?! longer| more)",
    'write "is" instead of "stand" or "lie"': r"\b(?:stands?|lies?|lay|stood)\b(?! for| out)",
    'write "character" instead of "sign"': r"\b(?:any|single|other|two|\d[\d,]*) signs?\b(?! (?:in|up|out))",
    'write "query" instead of "question"': r"\bquestions?\b.{0,40}\bdatabase\b|\bdatabase\b.{0,40}\bquestions?\b",
    'write "signed-out visitor" instead of "stranger"': r"\bstrangers?\b",
    'write "delete" or "remove" instead of "take down"': r"\b(?:takes?|taken|taking)\b(?: \w+){0,3} down\b",
    'leave out "along"': r"\b(?:brings?|fetch(?:es)?|takes?|goes|go|comes?) (?:\w+ ){0,3}along\b",
    'write "show" or "print" instead of "tell"': r"\b(?:tells? (?:of|its|their|who|which|whether)\b|(?:is|are) told\b)",
    'leave out "of its own"': r"\bof (?:its|your|their|one's|his|her) own\b",
    'write "your" or "their" instead of "of yours"': r"\bof (?:yours|theirs|ours)\b",
    'name the person instead of "one"': r"\b(?:oneself|one's|one (?:follows|has|stays|sees|may))\b",
    'name the rest instead of "all that", "all else"': r"\ball (?:that|else)\b",
    'write "even when" instead of "also when"': r"[,(] also (?:when|where|what|over|in|for|a|if|with|those|on|to)\b",
    'write "next to" or "besides" instead of "beside"': r"\bbeside\b",
    'write "whether it is" instead of "be it"': r"\bbe it\b",
    'write "secretly" or "hidden"': r"\bin secret\b",
    'write "belongs in"': r"\bbelongs? into\b",
}
_PATTERNS = {advice: re.compile(pattern, re.IGNORECASE) for advice, pattern in _AVOIDED.items()}
_OPAQUE = re.compile(r"`[^`]*`|\bfor \w+ in [^;]+; do .+; done|\{[^}]*\}|\]\([^)]*\)|https?://\S+|<[^>\n]*>")
_SENTENCE_END = re.compile(r"[.!?…](?=[\s)\"*_]|$)|:(?=\s)|\s[/|]\s|\n\s*\n|\n\s*[-*\d]")


def wording_problems(text: str, *, limit: int = Limits.sentence_words, semicolons: bool = True) -> Iterator[str]:
    """Yield advice for hard wording, semicolons, and sentences of over `limit` words. Code counts as one word."""
    plain = _OPAQUE.sub("x", text)
    for advice, pattern in _PATTERNS.items():
        if match := pattern.search(plain):
            yield f'"{match[0].strip()}": {advice}'
    if not semicolons and re.search(r";(?=\s)", plain):
        yield "a semicolon: write two sentences"
    for sentence in _SENTENCE_END.split(plain):
        counted = [word for word in sentence.split() if re.search(r"\w", word)]
        if len(counted) > limit:
            yield f"{len(counted)} words in one sentence (at most {limit}): {' '.join(counted[:6])} …"
