"""Marks the places of a program that want an awaitable: there a tool's call is started.

Everywhere else a call blocks. What is marked wrongly costs concurrency, and never gives another
value: a variable counts only when each of its uses is one that awaits.
"""

import ast
import re

# Functions whose arguments are awaited by what they return.
_SINKS = frozenset(
    (
        "gather",
        "create_task",
        "ensure_future",
        "wait_for",
        "wait",
        "as_completed",
        "shield",
        "run",
        "run_until_complete",
        "start_soon",
    )
)
# Those of them that are methods of other things too: a program's own `run` or `wait`.
_AMBIGUOUS = frozenset(("run", "wait", "start_soon"))
_COUNTERS = frozenset(("len", "zip", "list", "sorted", "enumerate", "tuple", "set", "iter"))
_ADDERS = frozenset(("append", "add", "appendleft"))
_VIEWS = frozenset(("values", "items", "copy"))
_BROAD = frozenset(("BaseException", "BaseExceptionGroup"))


# One of these is in every source that the pass changes, or finds a container for awaitables in.
_CHANGED = re.compile(
    r"await|async|return|except|append|add|\][\s\\]*=|" + "|".join(sorted(_SINKS))
)


def rewritten(tree, source):
    """The tree as the pass leaves it; it is made from this source.

    Most short programs have nothing for it, and it takes longer than they do.
    """
    # An identifier may be written in other characters than it means.
    if source.isascii() and _CHANGED.search(source) is None:
        return tree
    return Rewrite(tree.body).visit(tree)


def is_sink(call):
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in _SINKS and function.id not in _AMBIGUOUS
    if not isinstance(function, ast.Attribute) or function.attr not in _SINKS:
        return False
    if function.attr not in _AMBIGUOUS:
        return True
    return isinstance(function.value, ast.Name) and function.value.id in ("asyncio", "loop")


class _Uses(ast.NodeVisitor):
    """How each name of a scope is used."""

    def __init__(self):
        self.wanted = {}
        # Uses that put something into a container. What is only put there is never awaited, or by a
        # later program of the session, and has its value then.
        self.filled = {}
        self.iterated = {}
        self.counted = {}
        self.dicts = set()
        self.loads = {}
        self.is_assigned = set()
        self.lists = set()
        self.others = set()

    def want(self, node):
        """The value of this expression is awaited, or is a container whose parts are."""
        match node:
            case ast.Name():
                self.wanted.setdefault(node.id, set()).add(id(node))
            case ast.Starred() | ast.NamedExpr():
                self.want(node.value)
            case ast.List() | ast.Tuple() | ast.Set():
                for part in node.elts:
                    self.want(part)
            case ast.Dict():
                for part in node.values:
                    self.want(part)
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                self.want(node.elt)
            case ast.IfExp():
                self.want(node.body)
                self.want(node.orelse)
            case ast.Subscript():
                self.want(node.value)
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)) if name in _VIEWS:
                self.want(node.func.value)

    def visit_Await(self, node):
        self.want(node.value)
        self.generic_visit(node)

    def visit_Call(self, node):
        if is_sink(node):
            for part in node.args:
                self.want(part)
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            if function.attr in _ADDERS:
                self.filled.setdefault(function.value.id, set()).add(id(function.value))
        if isinstance(function, ast.Name) and function.id in _COUNTERS:
            self._count(node.args, function.id == "len")
        self.generic_visit(node)

    def _count(self, parts, is_length):
        """Uses that see how many parts there are, or the keys of a dict, and no part."""
        for part in parts:
            if isinstance(part, ast.Name):
                self.counted.setdefault(part.id, []).append((id(part), is_length))

    def _loop(self, target, iterable):
        if isinstance(iterable, ast.Name):
            self._count([iterable], False)
        names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
        for node in ast.walk(iterable):
            if isinstance(node, ast.Name):
                self.iterated.setdefault(node.id, []).append((id(node), names))

    def visit_For(self, node):
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_comprehension(self, node):
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.is_assigned.add(target.id)
                if isinstance(node.value, (ast.Dict, ast.DictComp)):
                    self.dicts.add(target.id)
                elif isinstance(node.value, (ast.List, ast.ListComp)):
                    self.lists.add(target.id)
                else:
                    self.others.add(target.id)
                if isinstance(node.value, ast.Name):
                    self.iterated.setdefault(node.value.id, []).append(
                        (id(node.value), [target.id])
                    )
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                self.filled.setdefault(target.value.id, set()).add(id(target.value))
        self.generic_visit(node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.loads.setdefault(node.id, []).append(id(node))

    def visit_Global(self, node):
        # Another scope uses it in ways that are not seen here.
        for name in node.names:
            self.loads.setdefault(name, []).append(-1)

    visit_Nonlocal = visit_Global

    def names(self):
        """The names of which every use awaits."""
        found = {name for name in self.wanted} | {name for name in self.iterated}
        while True:
            kept = {name for name in found if self._is_awaited(name, found)}
            if kept == found:
                break
            found = kept
        return found

    def _is_awaited(self, name, found):
        fine = set(self.wanted.get(name, ()))
        has_want = bool(fine)
        fine |= self.filled.get(name, set())
        for use, targets in self.iterated.get(name, ()):
            if any(target in found for target in targets):
                fine.add(use)
                has_want = True
        if name not in self.others:
            is_dict = name in self.dicts and name not in self.lists
            fine.update(use for use, is_length in self.counted.get(name, ()) if is_length or is_dict)
        return has_want and all(use in fine for use in self.loads.get(name, ()))


def awaited_names(body):
    uses = _Uses()
    for statement in body:
        uses.visit(statement)
    return uses.names()


class _Takers:
    """Functions of the program that await a parameter: what is passed there is started too."""

    def __init__(self, body):
        # By name: positions and names of parameters; by attribute for methods.
        self.functions = {}
        self.methods = {}
        for statement in body:
            self._look(statement, self.functions, 0)

    def _look(self, node, found, skipped):
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                self._look(part, self.methods, 1)
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = node.args
            names = awaited_names(node.body)
            places = [one.arg for one in (*given.posonlyargs, *given.args)][skipped:]
            taken = {i for i, name in enumerate(places) if name in names}
            rest = len(places) if given.vararg and given.vararg.arg in names else None
            keywords = names & {one.arg for one in (*given.args, *given.kwonlyargs)}
            # Of two functions with one name neither is known.
            known = (taken, rest, keywords) if node.name not in found else (set(), None, set())
            found[node.name] = known
            skipped, found = 0, self.functions
        for part in ast.iter_child_nodes(node):
            self._look(part, found, skipped)

    def of(self, call):
        """What a call's callee awaits: positions, where the rest begins, names."""
        function = call.func
        if isinstance(function, ast.Name):
            return self.functions.get(function.id)
        if isinstance(function, ast.Attribute):
            return self.methods.get(function.attr)
        return None


class Rewrite(ast.NodeTransformer):
    """Puts the helpers of program.py around calls, operands and handlers."""

    def __init__(self, body):
        self.names = awaited_names(body)
        self.takers = _Takers(body)
        self.in_function = False
        self.in_async = True

    def _helper(self, name, parts, place):
        call = ast.Call(ast.Name(name, ast.Load()), parts, [])
        ast.copy_location(call.func, place)
        return ast.copy_location(call, place)

    def _lazy(self, call):
        call.func = self._helper("_latchd_lazy", [call.func], call.func)
        return call

    def visit_Await(self, node):
        value = node.value
        is_plain_call = isinstance(value, ast.Call) and not is_sink(value)
        node.value = self.visit(value)
        if is_plain_call:
            self._lazy(node.value)
        node.value = self._helper("_latchd_awaitable", [node.value], value)
        return node

    def visit_Call(self, node):
        if is_sink(node):
            node.args = [self._mark(part) for part in node.args]
            node.keywords = [self.visit(part) for part in node.keywords]
            node.func = self.visit(node.func)
            return node
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            if function.attr in _ADDERS and function.value.id in self.names:
                node.args = [self._mark(part) for part in node.args]
                return node
        taker = self.takers.of(node)
        if taker is None:
            return self.generic_visit(node)
        positions, rest, keywords = taker
        node.func = self.visit(node.func)
        node.args = [
            self._mark(part)
            if (i in positions or (rest is not None and i >= rest))
            and not isinstance(part, ast.Starred)
            else self.visit(part)
            for i, part in enumerate(node.args)
        ]
        for keyword in node.keywords:
            wants = keyword.arg in keywords
            keyword.value = self._mark(keyword.value) if wants else self.visit(keyword.value)
        return node

    def _mark(self, node):
        """The value of this expression is wanted as something that can be awaited."""
        match node:
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(), *_]):
                node = self.visit(node)
                node.args[0] = self._helper("_latchd_lazy", [node.args[0]], node.args[0])
                return node
            case ast.Call():
                is_sunk = is_sink(node)
                node = self.visit(node)
                return node if is_sunk else self._lazy(node)
            case ast.Starred():
                node.value = self._mark(node.value)
            case ast.NamedExpr() if node.target.id in self.names:
                node.value = self._mark(node.value)
            case ast.List() | ast.Tuple() | ast.Set():
                node.elts = [self._mark(part) for part in node.elts]
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                node.elt = self._mark(node.elt)
                node.generators = [self.visit(part) for part in node.generators]
            case ast.DictComp():
                node.value = self._mark(node.value)
                node.generators = [self.visit(part) for part in node.generators]
            case ast.Dict():
                node.keys = [part and self.visit(part) for part in node.keys]
                node.values = [self._mark(part) for part in node.values]
            case ast.IfExp():
                node.test = self.visit(node.test)
                node.body = self._mark(node.body)
                node.orelse = self._mark(node.orelse)
            case _:
                return self.visit(node)
        return node

    def visit_Assign(self, node):
        target = node.targets[0]
        base = target.value if isinstance(target, ast.Subscript) else target
        if len(node.targets) == 1 and isinstance(base, ast.Name) and base.id in self.names:
            node.value = self._mark(node.value)
            return node
        return self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if isinstance(node.target, ast.Name) and node.target.id in self.names and node.value:
            node.value = self._mark(node.value)
            return node
        return self.generic_visit(node)

    def visit_Return(self, node):
        if not self.in_function:
            value = self.visit(node.value) if node.value else ast.Constant(None)
            call = self._helper("_latchd_return", [ast.copy_location(value, node)], node)
            return ast.copy_location(ast.Expr(call), node)
        if self.in_async and isinstance(node.value, ast.Call) and not is_sink(node.value):
            # What an asynchronous function returns overlaps with others of its kind.
            node.value = self._lazy(self.visit(node.value))
            helper = self._helper("_latchd_returned", [node.value], node.value)
            node.value = ast.copy_location(ast.Await(helper), node.value)
            return node
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node):
        node = self.generic_visit(node)
        if node.type is None or _is_broad(node.type):
            check = ast.Expr(self._helper("_latchd_control", [], node.body[0]))
            node.body.insert(0, ast.copy_location(check, node.body[0]))
        return node

    def _scope(self, node):
        outer = self.names, self.in_function, self.in_async
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        node.args = self.visit(node.args)
        self.names = awaited_names(node.body)
        self.in_function = True
        self.in_async = isinstance(node, ast.AsyncFunctionDef) and not _yields(node)
        node.body = [self.visit(part) for part in node.body]
        # A return at the top of a class body is an error that stays one.
        self.names, self.in_function, self.in_async = outer
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _scope

    def visit_Lambda(self, node):
        outer = self.in_function, self.in_async
        self.in_function, self.in_async = True, False
        node = self.generic_visit(node)
        self.in_function, self.in_async = outer
        return node


def _yields(function):
    """Whether it is a generator: that may not return a value."""
    nodes = list(function.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def _is_broad(kind):
    if isinstance(kind, ast.Tuple):
        return any(_is_broad(part) for part in kind.elts)
    if isinstance(kind, ast.Name):
        return kind.id in _BROAD or not kind.id.endswith(("Error", "Exception", "Warning"))
    return not isinstance(kind, ast.Attribute)
