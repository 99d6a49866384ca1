/** Programs that models write, from the systems that latchd descends from and from their manners. */

/** Programs without tools: what they give is what CPython gives. */
export const toolFree: Readonly<Record<string, string>> = {
  loops: `total = 0
for i in range(10):
    if i % 2: continue
    total += i
else:
    total += 100
while total > 50:
    total -= 7
final_answer(total)`,
  comprehensions: `sq = {x: x**2 for x in range(5) if x}
ns = [[i*j for j in range(3)] for i in range(3)]
st = {c for c in "hello"}
final_answer([sq, ns, sorted(st), sum(x for x in range(5))])`,
  fstrings: `name="Ann"; v=3.14159; n=1234567
final_answer([f"{name!r:>8}|{v:.2f}|{n:,}|{n:#x}|{v:>10.3f}|{0.256:.1%}", "{:<5}|{:^5}|{a}".format("x","y",a=1), "%05d %s %.1f" % (42,"z",2.55), f"{name=}", f"{'nested ' + f'{v:.1f}'}"])`,
  classes: `class Animal:
    count = 0
    def __init__(self, name):
        self.name = name
        Animal.count += 1
    def speak(self): return f"{self.name} ?"
    def __repr__(self): return f"<{type(self).__name__} {self.name}>"
class Dog(Animal):
    def speak(self): return super().speak() + " woof"
    @property
    def upper(self): return self.name.upper()
    @staticmethod
    def make(n): return Dog(n)
d = Dog.make("rex")
final_answer([d.speak(), repr(d), Animal.count, d.upper, isinstance(d, Animal)])`,
  dataclass: `from dataclasses import dataclass, field, asdict
@dataclass(order=True)
class P:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)
ps = sorted([P(3), P(1, 5), P(1, 4)])
final_answer([asdict(ps[0]), repr(ps[1]), P(1)==P(1)])`,
  datetime: `from datetime import datetime, timedelta, date
d = datetime(2026, 11, 21, 10, 30)
final_answer([d.strftime("%Y-%m-%d %H:%M %A"), (d + timedelta(days=40)).isoformat(), (date(2026,12,25) - d.date()).days, datetime.strptime("2026-01-02","%Y-%m-%d").weekday(), datetime.fromisoformat("2026-01-02T03:04:05").hour])`,
  regex: `import re
text = "mail bob@x.org, amy@y.com; tel 555-1234"
final_answer([re.findall(r"(\\w+)@(\\w+\\.\\w+)", text), re.sub(r"\\d+", lambda m: str(len(m.group())), text), re.search(r"tel (?P<n>[\\d-]+)", text).group("n"), re.split(r"[,;]\\s*", text)])`,
  json: `import json
obj = json.loads('{"a":[1,2.5,null,true],"b":{"c":"\\\\u00e9"}}')
final_answer([json.dumps(obj, indent=2, sort_keys=True), json.dumps({"k":(1,2)}, separators=(",",":")), obj["b"]["c"]])`,
  counter: `from collections import Counter, defaultdict, deque, OrderedDict, namedtuple
c = Counter("mississippi")
dd = defaultdict(list)
for k, v in [("a",1),("b",2),("a",3)]: dd[k].append(v)
Pt = namedtuple("Pt","x y")
final_answer([c.most_common(2), dict(dd), list(deque([1,2,3],maxlen=2)), Pt(1,2).x])`,
  itertools: `import itertools, functools, operator
final_answer([list(itertools.chain([1],[2,3])), list(itertools.combinations("abc",2)), [(k,len(list(g))) for k,g in itertools.groupby("aabbb")], functools.reduce(operator.mul,[1,2,3,4]), list(itertools.islice(itertools.count(5,5),3)), list(itertools.accumulate([1,2,3]))])`,
  sorting: `people = [{"n":"Bob","a":30},{"n":"Amy","a":25},{"n":"Cy","a":30}]
s = sorted(people, key=lambda p: (-p["a"], p["n"]))
people.sort(key=lambda p: p["n"], reverse=True)
final_answer([[p["n"] for p in s], people[0]["n"], max(people, key=lambda p: p["a"])["n"], list(zip([1,2],"ab")), list(enumerate("ab",1)), any(x>2 for x in [1,3]), list(map(str,[1,2])), list(filter(None,[0,1]))])`,
  try_finally: `log = []
class MyErr(Exception):
    pass
def f(x):
    try:
        if x == 0: raise ValueError("zero")
        if x == 1: raise MyErr("one")
        return 10 / (x - 2)
    except ValueError as e:
        log.append(f"ve {e}")
    except (MyErr, ZeroDivisionError) as e:
        log.append(type(e).__name__)
    else:
        log.append("else")
    finally:
        log.append("fin")
for i in range(4): f(i)
final_answer(log)`,
  with_open: `with open("./lab", "w") as f:
    f.write("a,b\\n1,2\\n")
import csv
with open("./lab") as f:
    rows = list(csv.DictReader(f))
final_answer(rows)`,
  stringio: `import io, csv
buf = io.StringIO("a,b\\n1,2\\n")
final_answer([r for r in csv.reader(buf)])`,
  statistics: `import statistics, math
x=[1,2,3,4,10]
final_answer([statistics.mean(x), statistics.median(x), round(statistics.stdev(x),3), math.sqrt(16), math.floor(2.7), round(math.pi,3), math.gcd(12,18), math.isclose(0.1+0.2,0.3)])`,
  recursion: `from functools import lru_cache
@lru_cache(None)
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
def flat(x): return [z for y in x for z in (flat(y) if isinstance(y, list) else [y])]
final_answer([fib(80), flat([1,[2,[3,[4]]]])])`,
  generators: `def gen(n):
    for i in range(n):
        got = yield i
        if got: yield f"got {got}"
def outer():
    yield from gen(2)
    return
g = gen(3); a = next(g); b = g.send("x")
final_answer([a, b, list(outer()), list(x*x for x in range(3))])`,
  kwargs: `def f(a, *args, b=2, **kw): return [a, args, b, kw]
x, *rest = [1,2,3]
if (n := len(rest)) > 1: pass
final_answer([f(1,2,b=3,c=4), rest, n, *[1,2], {**{"a":1}, "b":2}])`,
  match: `def k(x):
    match x:
        case {"type": "user", "name": n}: return n
        case [a, b]: return a + b
        case int() | float() if x > 5: return "big"
        case _: return None
final_answer([k({"type":"user","name":"z"}), k([1,2]), k(9), k("q")])`,
  strings: `s = "  Hello, World "
final_answer([s.strip().lower().split(", "), s.replace("l","L"), "a-b-c".rsplit("-",1), "abc"[::-1], "x".join("123"), "title case".title(), s.find("W"), "ab\\ncd".splitlines(), "5".zfill(3), "abc".startswith(("a","z")), "é".encode().hex()])`,
  enum_typing: `from enum import Enum
from typing import Optional, List
class C(Enum):
    RED = 1
    BLUE = 2
def f(x: Optional[int] = None) -> List[int]: return [x or 0]
final_answer([C.RED.name, C(2).name, f(3), [c.value for c in C]])`,
  decimal_etc: `from decimal import Decimal
from fractions import Fraction
import random, hashlib, base64, uuid, textwrap, string
random.seed(1)
final_answer([str(Decimal("0.1")+Decimal("0.2")), str(Fraction(1,3)+1), random.randint(1,10) >= 1, hashlib.sha256(b"a").hexdigest()[:8], base64.b64encode(b"hi").decode(), len(str(uuid.uuid4())), textwrap.shorten("aa bb cc",6), string.ascii_letters[:3]])`,
  print_forms: `print("a", 1, [2], sep="-", end="!\\n")
print(*range(3))
print({"k": None, "t": (1,)})
import sys
print("err", file=sys.stderr)
final_answer("ok")`,
  urllib_parse: `from urllib.parse import urlparse, urlencode, quote
final_answer([urlparse("https://a.b/c?d=1").netloc, urlencode({"a":"b c"}), quote("a b")])`,
  contextmgr: `from contextlib import contextmanager
log=[]
@contextmanager
def t(n):
    log.append("in "+n)
    try: yield n
    finally: log.append("out "+n)
with t("a") as a, t("b"): log.append(a)
class CM:
    def __enter__(self): return self
    def __exit__(self,*e): log.append("x"); return True
with CM(): raise ValueError
final_answer(log)`,
  decorators: `import functools, time
def timed(fn):
    @functools.wraps(fn)
    def w(*a, **k):
        t=time.perf_counter(); r=fn(*a,**k); return (r, time.perf_counter()-t >= 0)
    return w
@timed
def add(a,b):
    "doc"
    return a+b
final_answer([add(1,2), add.__name__, add.__doc__])`,
  global_nonlocal: `n=0
def inc():
    global n
    n+=1
def mk():
    c=0
    def i():
        nonlocal c
        c+=1
        return c
    return i
inc(); inc(); f=mk(); f()
final_answer([n,f()])`,
}

/** Programs that call tools. */
export const withTools: Readonly<Record<string, string>> = {
  p1_await: `result = await fetch_url("https://api.github.com/user")
print(f"Response: {result}")
data = json.loads(result)
final_answer(f"User data: {data}")`,
  p1_await_import: `import json
result = await fetch_url("https://api.github.com/user")
print(f"Response: {result}")
data = json.loads(result)
final_answer(f"User data: {data}")`,
  p2_sync: `result = human_approval("delete file")
final_answer(result)`,
  gather: `import asyncio
results = await asyncio.gather(*[fetch_url(f"https://x/{i}") for i in range(3)])
final_answer(len(results))`,
  gather_tasks: `import asyncio
async def one(i):
    r = await fetch_url(f"https://x/{i}")
    return json.loads(r)["login"] + str(i)
async def main():
    tasks = [asyncio.create_task(one(i)) for i in range(3)]
    return await asyncio.gather(*tasks)
import json
final_answer(asyncio.run(main()))`,
  gather_exc: `import asyncio
rs = await asyncio.gather(fetch_url("a"), boom(), return_exceptions=True)
final_answer([type(r).__name__ for r in rs])`,
  tool_in_loop: `out = {}
for u in ["a","b"]:
    try:
        out[u] = json.loads(fetch_url(u))["login"]
    except Exception as e:
        out[u] = str(e)
print(out)
final_answer(out)`,
  tool_in_lambda: `urls = ["b","a"]
r = sorted(urls, key=lambda u: len(fetch_url(u)))
m = list(map(fetch_url, urls))
d = {u: fetch_url(u) for u in urls}
final_answer([len(r), len(m), len(d)])`,
  tool_error: `try:
    boom()
except Exception as e:
    final_answer(f"caught {e}")`,
}
