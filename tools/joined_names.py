"""Which names two sources of one unity file both define (cmake/Room.cmake, OFFHOOK_UNITY). Used by tools/tidy.

The preset dev compiles file by file and cannot notice, and a sanitizer build takes minutes to say it. This reads anonymous
namespaces as text: good enough to name what will not compile, not a compiler.
"""
import collections
import pathlib
import re

LISTS = ("NAME", "SOURCES", "USES", "LIBS", "HEADERS", "ALONE", "TESTS")


def joined_files(root):
    """Yields lists of paths: what may be joined, by the rule of join_sources() in cmake/Room.cmake."""
    for lists in sorted((root / "src").rglob("CMakeLists.txt")):
        for call in re.findall(r"add_room\(([^)]*)\)", re.sub(r"#.*", "", lists.read_text())):
            words, key = collections.defaultdict(list), ""
            for word in call.split():
                if word in LISTS:
                    key = word
                else:
                    words[key].append(word)
            for kind in ("SOURCES", "TESTS"):
                files = [name for name in words[kind] if name not in words["ALONE"]]
                count = collections.Counter(map(first_word, files))
                groups = collections.defaultdict(list)
                for name in files:
                    alike = count[first_word(name)] >= 3
                    path = lists.parent / name
                    groups[first_word(name) + "_" if alike else str(path.parent)].append(path)
                yield from groups.values()


def first_word(name):
    return re.match(r"(.*/)?[^/_.]+", name)[0]


def bare(text):
    """Without comments, directives and what stands between quotes."""
    text = re.sub(r'R"\((.*?)\)"', '""', text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"(?<![0-9a-fA-F])'(\\.|[^'\\\n])+'", "' '", text)
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"^\s*#[^\n]*(\\\n[^\n]*)*", "", text, flags=re.M)


def heads(text):
    """Yields (namespaces, the words before the brace or semicolon) of what anonymous namespaces hold, not what that holds."""
    spaces, head = [], ""  # "" is an anonymous namespace, None any other brace
    for char in bare(text):
        if char not in "{};":
            head += char
            continue
        words = " ".join(head.split())
        space = re.search(r"\bnamespace ?([\w:]*)$", words) if char == "{" else None
        if char != "}" and not space and words and "" in spaces and None not in spaces:
            yield "::".join(filter(None, spaces)), words
        if char == "{":
            spaces.append(space[1] if space else None)
        elif char == "}" and spaces:
            spaces.pop()
        head = ""


def hidden_names(text):
    """Maps (namespace, name, parameters) to what it stands for: two files may share an alias of the same, nothing else."""
    names = {}
    for space, head in heads(text):
        head = re.sub(r"^template ?<[^()]*?> ", "", head)
        if re.match(r"TEST|INSTANTIATE|namespace|using namespace|static_assert", head):
            continue
        declared = head.split(" = ")[0]
        if kind := re.match(r"(?:struct|class|enum class|enum|union) (\w+)(?! \w)", head):
            names[space, kind[1], ""] = "type"
        elif alias := re.match(r"using (\w+) = (.*)", head):
            names[space, alias[1], ""] = alias[2]
        elif alias := re.match(r"using ([\w:]+::(\w+))$", head):
            names[space, alias[2], ""] = alias[1]
        elif function := re.match(r"[\w:<>,&*\[\] ]+?[ &*>](\w+) ?\((?!\d|\")(.*)$", declared):
            types = re.sub(r"\b\w+(?=[,)])", "", re.sub(r" ?=[^,)]*", "", function[2]))
            names[space, function[1], types] = "function"
        elif value := re.match(r"[\w:<>,&*\[\] ()]+?[ &*>](\w+)(\[.*\]|\(.*\))?$", declared):
            names[space, value[1], ""] = "value"
    return names


def check_joined_names(root, problems):
    for files in joined_files(root):
        seen = {}
        for path in files:
            if not path.is_file():
                continue
            for key, meaning in hidden_names(path.read_text()).items():
                where, before = seen.setdefault(key, (path, meaning))
                if where != path and (before != meaning or meaning in ("type", "function", "value")):
                    problems.append(f"{path.relative_to(root)}: '{key[1]}' is in {where.relative_to(root)} too, and one unity "
                                    "file may hold both: say more, or ALONE in CMakeLists.txt")
