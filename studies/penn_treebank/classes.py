# SPDX-License-Identifier: MIT
"""Classes of words for the study: the most usual tag of each word, its frequency in the training text,
and both."""

import ast
import json

# Many words of the lexicon can have many tags ("the" has ten): only the first, the most usual one,
# tells a word's kind. Tags of the Penn Treebank by kind.
KINDS = {
    "singular noun": ["NN"],
    "plural noun": ["NNS"],
    "proper noun": ["NNP", "NNPS"],
    "base verb": ["VB", "VBP"],
    "verb in -s": ["VBZ"],
    "past verb": ["VBD"],
    "participle": ["VBG", "VBN"],
    "modal": ["MD"],
    "adjective": ["JJ", "JJR", "JJS"],
    "adverb": ["RB", "RBR", "RBS"],
    "preposition": ["IN", "TO", "RP"],
    "determiner": ["DT", "PDT", "WDT"],
    "pronoun": ["PRP", "PRP$", "WP", "WP$", "EX"],
    "conjunction": ["CC"],
    "number": ["CD"],
}
# Difference vectors: name, and the two kinds.
DIFFERENCES = {
    "number of nouns": ("singular noun", "plural noun"),
    "common against proper": ("singular noun", "proper noun"),
    "tense": ("verb in -s", "past verb"),
    "noun against verb": ("singular noun", "past verb"),
    "noun against adjective": ("singular noun", "adjective"),
    "noun against determiner": ("singular noun", "determiner"),
    "adjective against adverb": ("adjective", "adverb"),
}
FREQUENCY_EDGES = [100, 1000]
FREQUENCY_NAMES = ["rare", "middle", "frequent"]
# Of the words of the text: with fewer, a combination is among the others.
SMALLEST = 400


def kinds_of_words(lexicon):
    kind_of_tag = {tag: kind for kind, tags in KINDS.items() for tag in tags}
    found = {kind: [] for kind in KINDS}
    with open(lexicon, encoding="utf-8") as file:
        for line in file:
            word, tags = line.rstrip("\n").split("\t")
            if not tags.startswith("["):
                continue
            first = ast.literal_eval(tags)[0].split("|")[0]
            if first in kind_of_tag:
                found[kind_of_tag[first]].append(word)
    return found


def write(data, folder):
    """The file for --classes, beside it a list of words per kind; and the differences of those kinds
    that there are, for --difference."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = {}
    for kind, words in kinds_of_words(data / "ptb_words+pos.txt").items():
        if not words:
            continue
        lists[kind] = kind.replace(" ", "_") + ".txt"
        (folder / lists[kind]).write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    definitions = [
        {"kind": "words", "group": "kind", "lists": lists},
        {"kind": "frequency", "edges": FREQUENCY_EDGES, "names": FREQUENCY_NAMES,
         "text": str(data / "train.txt")},
        {"kind": "cross", "groups": ["kind", "frequency"], "min_count": SMALLEST},
    ]
    path = folder / "classes.json"
    path.write_text(json.dumps({"version": 1, "classes": definitions}, indent=1), encoding="utf-8")
    differences = [f"{name}={first},{second}" for name, (first, second) in DIFFERENCES.items()
                   if first in lists and second in lists]
    return path, differences
