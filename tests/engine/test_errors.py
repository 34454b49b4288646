"""What a wrong program is told: where, what, and what to try.

Read the messages as somebody who is still typing: each is to be plain and kind, and its hint something that can be done.
"""

from __future__ import annotations

import re

import pytest

from stepgrad.engine.errors import EmptyProgramError, EngineError
from stepgrad.engine.language import run
from stepgrad.engine.language.modules import MATH
from stepgrad.engine.suggest import closest

NOWHERE = None

# program, code, (line, column, length), message, hint
WRONG = [
    ("y =", "syntax", (1, 4, 1), "The line stops after `=`.", "Write a value after it."),
    ("a = 2x", "syntax", (1, 5, 2), "`2x` is not a product in Python.", "Did you mean `2*x`? A name begins with a letter."),
    (
        "x=2\ny = x^2",
        "unsupported",
        (2, 5, 3),
        "`^` is not an operation on numbers here.",
        "Did you mean `**`? A power is written `x**2`.",
    ),
    ("a=1\ny=tahn(a)", "unknown-name", (2, 3, 4), "`tahn` is not known.", "Did you mean `tanh`?"),
    ("a=1\ny=a*c", "unknown-name", (2, 5, 1), "`c` has no value yet.", "Add `c = 1.0`."),
    ("y=(1+2", "syntax", (1, 3, 1), "`(` is never closed.", "Add `)`."),
    ("y=[1,2", "syntax", (1, 3, 1), "`[` is never closed.", "Add `]`."),
    ("y = tanh(1", "syntax", (1, 9, 1), "`(` is never closed.", "Add `)`."),
    ("a=1\nb=2\na b", "syntax", (3, 3, 1), "Something is missing between these two.", "Did you mean `a*b`? Or a comma?"),
    ("print d", "syntax", (1, 1, 7), "What is printed stands in brackets.", "Write `print(d)`."),
    ("d=1\nprint d", "syntax", (2, 1, 7), "What is printed stands in brackets.", "Write `print(d)`."),
    ("x=2\nif x > 1\n  y=x", "syntax", (2, 9, 1), "A `:` is missing at the end of this line.", "Add `:`."),
    (
        "x=2\nif x > 1:\ny=x",
        "syntax",
        (3, 1, 1),
        "The line above opens a block, so this line has to be indented.",
        "Begin it with four spaces.",
    ),
    (
        "  x=1",
        "syntax",
        (1, 1, 2),
        "This line is indented differently from the lines around it.",
        "Begin it where the line above begins.",
    ),
    (
        "x=1\n  y=2",
        "syntax",
        (2, 1, 2),
        "This line is indented differently from the lines around it.",
        "Begin it where the line above begins.",
    ),
    (
        "def f(x):\n   y=x\n  return y",
        "syntax",
        (3, 1, 2),
        "This line is indented differently from the lines around it.",
        "Begin it where the line above begins.",
    ),
    (
        'Value("2")',
        "program",
        (1, 1, 10),
        "A `Value` holds a number; this is a string.",
        "Write the number without quotes: `Value(2.0)`.",
    ),
    ("x = = 2", "syntax", (1, 5, 1), "A value is missing between `=` and `=`.", "Write one there, or delete one of the two."),
    (
        "a=1;b=2\ny = a +* b",
        "syntax",
        (2, 8, 1),
        "A value is missing between `+` and `*`.",
        "Write one there, or delete one of the two.",
    ),
    ("def f(x) return x", "syntax", (1, 10, 6), "A `:` is missing before this.", "Add `:`."),
    (
        "def f(x):\nreturn x",
        "syntax",
        (2, 1, 1),
        "The line above opens a block, so this line has to be indented.",
        "Begin it with four spaces.",
    ),
    (
        "a=b=c=1\nsum(a, b, c)",
        "program",
        (2, 1, 12),
        "`sum` adds up a list; this is a number.",
        "Write `sum([a, b, c])`, or `a + b + c`.",
    ),
    ("tanh()", "program", (1, 1, 6), "`tanh` takes 1 argument; none given.", "Such as `tanh(x)`."),
    ("a=1;b=1\ntanh(a, b)", "program", (2, 1, 10), "`tanh` takes 1 argument; 2 given.", "Such as `tanh(x)`."),
    ("a=Value(1.0)\na.tahn()", "unsupported", (2, 1, 6), "A `Value` has no `.tahn` here.", "Did you mean `.tanh`?"),
    ("x=1\nX*2", "unknown-name", (2, 1, 1), "`X` has no value yet.", "Did you mean `x`? Capital letters count."),
    (
        'a=Value(1.0)\na.lable = "x"',
        "unsupported",
        (2, 1, 7),
        "A value has no `.lable`; only `.label`, `.data` and `.grad` can be set.",
        "Did you mean `.label`?",
    ),
    (
        'a=1\na.lable = "x"',
        "unsupported",
        (2, 1, 7),
        "A value has no `.lable`; only `.label`, `.data` and `.grad` can be set.",
        "Did you mean `.label`?",
    ),
    ("a=1\na.dta", "unsupported", (2, 1, 5), "A number has no `.dta` here.", "Did you mean `.data`?"),
    ("2 = x", "syntax", (1, 1, 1), "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."),
    ("a+b = 3", "syntax", (1, 1, 3), "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."),
    ("a=1\nif a = 1:\n  b=1", "syntax", (2, 4, 5), "`=` gives a name its value; it does not compare.", "To compare, write `==`."),
    ("for i in range(3)\n  x=i", "syntax", (1, 18, 1), "A `:` is missing at the end of this line.", "Add `:`."),
    ("for i in 3:\n  x=i", "program", (1, 10, 1), "This cannot be looped over: it is a number.", "Write `range(…)` around it."),
    ("x=1\ny=x(2)", "program", (2, 3, 4), "This cannot be called: it is a number.", "Did you forget a `*` before the bracket?"),
    ("x=1\ny=2(x)", "program", (2, 3, 4), "This cannot be called: it is a number.", "Did you forget a `*` before the bracket?"),
    ("y = 2 3", "syntax", (1, 7, 1), "Something is missing between these two.", "Did you mean `2*3`? Or a comma?"),
    ('y = "a', "syntax", (1, 5, 1), "This string has no end.", "Add the closing quote on the same line."),
    ("y = 1)", "syntax", (1, 6, 1), "This closing bracket has no opening one.", "Delete it, or add the one that is missing."),
    ("y = ]", "syntax", (1, 5, 1), "This closing bracket has no opening one.", "Delete it, or add the one that is missing."),
    ("x=[1,2\ny=3", "syntax", (1, 3, 1), "`[` is never closed.", "Add `]`."),
    ("y = f(1", "syntax", (1, 6, 1), "`(` is never closed.", "Add `)`."),
    ("import", "syntax", (1, 7, 1), "The line stops after `import`.", "Write the rest of it, or delete it."),
    ("from math import", "syntax", (1, 17, 1), "The line stops after `import`.", "Write the rest of it, or delete it."),
    ("a = 1 +", "syntax", (1, 8, 1), "The line stops after `+`.", "Write a value after it."),
    ("a = 1 + # c", "syntax", (1, 9, 3), "The line stops after `+`.", "Write a value after it."),
    ("a=(1,2", "syntax", (1, 3, 1), "`(` is never closed.", "Add `)`."),
    ('print("a', "syntax", (1, 7, 1), "This string has no end.", "Add the closing quote on the same line."),
    ("x=1\nx++", "syntax", (2, 4, 1), "The line stops after `+`.", "Write a value after it."),
    ("x=1\nx += ", "syntax", (2, 6, 1), "The line stops after `=`.", "Write a value after it."),
    ("a=1\ny = a.", "syntax", (2, 7, 1), "The line stops after `.`.", "Write a value after it."),
    ("y = *2", "unsupported", (1, 5, 2), "`*` here is not part of the language here.", "Write a value before it."),
    ("y = /2", "syntax", (1, 5, 1), "A value is missing between `=` and `/`.", "Write one there, or delete one of the two."),
    ("lambda", "syntax", (1, 7, 1), "The line stops after `lambda`.", "Write the rest of it, or delete it."),
    ("def", "syntax", (1, 4, 1), "The line stops after `def`.", "Write the rest of it, or delete it."),
    ("def f", "syntax", (1, 6, 1), "A `(` is missing here.", "A function is made with `def f(x): return …`."),
    ("def f(", "syntax", (1, 6, 1), "`(` is never closed.", "Add `)`."),
    ("def f(x", "syntax", (1, 6, 1), "`(` is never closed.", "Add `)`."),
    ("def f(x)", "syntax", (1, 9, 1), "A `:` is missing at the end of this line.", "Add `:`."),
    (
        "def f(x):",
        "syntax",
        (1, 1, 1),
        "The line above opens a block, so this line has to be indented.",
        "Begin it with four spaces.",
    ),
    ("if", "syntax", (1, 3, 1), "The line stops after `if`.", "Write the rest of it, or delete it."),
    (
        "if True:",
        "syntax",
        (1, 1, 1),
        "The line above opens a block, so this line has to be indented.",
        "Begin it with four spaces.",
    ),
    (
        "else:",
        "syntax",
        (1, 1, 4),
        "This `else` belongs to no `if`.",
        "It begins in the same column as its `if`, right after its block.",
    ),
    ("while True", "syntax", (1, 11, 1), "A `:` is missing at the end of this line.", "Add `:`."),
    ("class A", "syntax", (1, 8, 1), "A `:` is missing at the end of this line.", "Add `:`."),
    (
        "x=1\nelse:\n  y=1",
        "syntax",
        (2, 1, 4),
        "This `else` belongs to no `if`.",
        "It begins in the same column as its `if`, right after its block.",
    ),
    ("y=1 if 2", "syntax", (1, 3, 6), "An `else` is missing here.", "Write `a if condition else b`."),
    ("return 3", "program", (1, 1, 8), "`return` belongs inside a function.", "At the end of a program, write the name alone."),
    (
        "a = [1,2,3](0)",
        "program",
        (1, 5, 10),
        "This cannot be called: it is a list.",
        "An item is taken with square brackets: `x[0]`.",
    ),
    ("sum", "empty", NOWHERE, "There is nothing to draw yet.", "Type an expression, such as `a = 2.0` and below it `b = a * a`."),
    ("y = x1*w1", "unknown-name", (1, 5, 2), "`x1` has no value yet.", "Add `x1 = 1.0`."),
    ("x1=1\ny=x1x2", "unknown-name", (2, 3, 4), "`x1x2` has no value yet.", "Add `x1x2 = 1.0`."),
    ("True = 1", "syntax", (1, 1, 4), "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."),
    ("None = 2", "syntax", (1, 1, 4), "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."),
    ("f(x) = x**2", "syntax", (1, 1, 4), "Only a name can stand left of `=`.", "A function is made with `def f(x): return …`."),
    ("a := 2", "syntax", (1, 3, 2), "`:=` belongs inside an expression.", "Write `=`."),
    ("y = 3 4 5", "syntax", (1, 7, 1), "Something is missing between these two.", "Did you mean `3*4`? Or a comma?"),
    ("y=1\ny y", "syntax", (2, 3, 1), "Something is missing between these two.", "Did you mean `y*y`? Or a comma?"),
    ("let x = 2", "syntax", (1, 5, 1), "`let` is not needed.", "Write `x = 2`."),
    ("var x = 2", "syntax", (1, 5, 1), "`var` is not needed.", "Write `x = 2`."),
    ("x <- 2", "unknown-name", (1, 1, 1), "`x` has no value yet.", "Add `x = 1.0`."),
    ("x = 2;;y=3", "syntax", (1, 7, 1), "A value is missing between `;` and `;`.", "Write one there, or delete one of the two."),
    (
        "x=2,\ny=x*2",
        "program",
        (2, 3, 3),
        "Arithmetic is for numbers; this has a tuple.",
        "To add up a list, write `sum(…)`; for each of its items, `[2*x for x in xs]`.",
    ),
    ("a = 'x\n", "syntax", (1, 5, 1), "This string has no end.", "Add the closing quote on the same line."),
    ("y = log 2", "syntax", (1, 9, 1), "`log` is called with brackets.", "Write `log(2)`."),
    ("y = sqrt 4", "syntax", (1, 10, 1), "`sqrt` is called with brackets.", "Write `sqrt(4)`."),
    ("y = -", "syntax", (1, 6, 1), "The line stops after `-`.", "Write a value after it."),
    ("y=tanh", "empty", NOWHERE, "`tanh` is a function that nothing calls yet.", "Such as `tanh(2.0)`."),
    ("y = |x|", "syntax", (1, 5, 1), "`|` is no bracket.", "The absolute value is `abs(x)`."),
    ("x=1\ny=|x|", "syntax", (2, 3, 1), "`|` is no bracket.", "The absolute value is `abs(x)`."),
    ("a=2\nb = 3a", "syntax", (2, 5, 2), "`3a` is not a product in Python.", "Did you mean `3*a`? A name begins with a letter."),
    ("a = 2 × 3", "syntax", (1, 7, 1), "`×` cannot be used here.", "Did you mean `*`?"),
    ("a=2\nb=a²", "syntax", (2, 4, 1), "`²` cannot be used here.", "Did you mean `**2`?"),
    ("a = 2.5.1", "syntax", (1, 5, 5), "`2.5.1` has two decimal points.", "Delete one of them."),
    ("x = 0x10", "syntax", (1, 5, 4), "Numbers are decimal here.", "Write it in base ten."),
    ("1e5x", "syntax", (1, 1, 4), "`1e5x` is not a product in Python.", "Did you mean `1e5*x`? A name begins with a letter."),
    ("a & b", "unknown-name", (1, 1, 1), "`a` has no value yet.", "Add `a = 1.0`."),
    ('d = {"a": 1}\nd["b"]', "program", (2, 1, 6), "The dictionary has no 'b'.", "There are 'a'."),
    ("d = {[1]: 2}", "program", (1, 5, 8), "A list cannot be a key.", "Use a number, a string or a tuple."),
    ("y = x!", "syntax", (1, 6, 1), "`!` is no operation.", "Not equal is `!=`; a factorial is written out."),
    ("x=5\ny = x!", "syntax", (2, 6, 1), "`!` is no operation.", "Not equal is `!=`; a factorial is written out."),
    (
        "def f(x):\n    return x*x",
        "empty",
        NOWHERE,
        "`f` is defined, but nothing calls it yet.",
        "Add a line below it: `f(3.0)`.",
    ),
    ('x = int("3x")', "program", (1, 5, 9), "The string '3x' is no number.", "Such as `float('2.5')`."),
    (
        '"abc"',
        "empty",
        NOWHERE,
        "There is nothing to draw yet.",
        "Type an expression, such as `a = 2.0` and below it `b = a * a`.",
    ),
    (
        "x=[1,2]\nx[2]",
        "program",
        (2, 1, 4),
        "There are 2 items; there is no item 2.",
        "Items are counted from 0; the last one is item 1.",
    ),
    ("x=[1,2]\nx[0.5]", "program", (2, 3, 3), "An integer is needed here; this is 0.5.", "Items and counts are whole numbers."),
    (
        "x=[1,2]\nx*2.5",
        "program",
        (2, 1, 5),
        "Arithmetic is for numbers; this has a list.",
        "To add up a list, write `sum(…)`; for each of its items, `[2*x for x in xs]`.",
    ),
    (
        "x=[1,2]\ny=tanh(x)",
        "program",
        (2, 3, 7),
        "`tanh` needs numbers; this is a list.",
        "To add up a list, write `sum(…)`; for each of its items, `[f(x) for x in …]`.",
    ),
    (
        "y = range(3)*2",
        "program",
        (1, 5, 10),
        "`×` needs numbers; this is a range.",
        "To add up a list, write `sum(…)`; for each of its items, `[f(x) for x in …]`.",
    ),
    ("In [3]: x=2", "syntax", (1, 1, 7), "This is a prompt, not program text.", "Delete the prompt at the start of the line."),
    (">>> x=2", "syntax", (1, 1, 3), "This is a prompt, not program text.", "Delete the prompt at the start of the line."),
    (
        "x=2\ny = e**x",
        "unknown-name",
        (2, 5, 1),
        "`e` has no value yet.",
        "Add `import math` above and write `math.e`, or `e = 2.718281828459045`.",
    ),
    ("x=2\ny = math.exp(x)", "unknown-name", (2, 5, 4), "`math` has no value yet.", "Add `import math` above."),
    ("import math\nx=2\ny=math.expp(x)", "unsupported", (3, 3, 9), "`math.expp` is not known here.", "Did you mean `math.exp`?"),
    ("a = inf", "unknown-name", (1, 5, 3), "`inf` has no value yet.", "Add `import math` above and write `math.inf`."),
    (
        "y = pi*2",
        "unknown-name",
        (1, 5, 2),
        "`pi` has no value yet.",
        "Add `import math` above and write `math.pi`, or `pi = 3.141592653589793`.",
    ),
    ("y=Value(2)\ny.backwards()", "unsupported", (2, 1, 11), "A `Value` has no `.backwards` here.", "Did you mean `.backward`?"),
    ("y=Value(2)\ny.backward", "program", (2, 1, 10), "`backward` is called with brackets.", "Write `.backward()`."),
    (
        "y=Value(2)\ny.data()",
        "program",
        (2, 1, 6),
        "`.data` is a number or text, not a function.",
        "Write `.data` without brackets.",
    ),
    ("a=1.0\nb=a.tanh\nb*2", "program", (2, 3, 6), "`tanh` is called with brackets.", "Write `.tanh()`."),
    ("for i in [1,2,3]:\n  print(i", "syntax", (2, 8, 1), "`(` is never closed.", "Add `)`."),
    ("y = a if b else c", "unknown-name", (1, 10, 1), "`b` has no value yet.", "Add `b = 1.0`."),
    (
        "x = input()",
        "unsupported",
        (1, 5, 5),
        "Python's `input` is not part of the language here.",
        "Write the number itself: `x = 2.0`.",
    ),
    ("del x", "unknown-name", (1, 5, 1), "`x` has no value yet.", "Add `x = 1.0`."),
    (
        "raise ValueError('too far')",
        "program",
        (1, 1, 27),
        "The program stops itself: too far.",
        "It `raise`s this error.",
    ),
    (
        'with open("x") as f: pass',
        "unsupported",
        (1, 6, 4),
        "Python's `open` is not part of the language here.",
        "Write the program without it.",
    ),
    (
        "x=1\nx.foo",
        "unsupported",
        (2, 1, 5),
        "A number has no `.foo` here.",
        "It has `.data`, `.grad`, `.label`, `.backward()` and operations, such as `.tanh()`.",
    ),
    ("assert 1 == 2", "program", (1, 1, 13), "This is not so.", ""),
    ("while True:\n  pass", "limit", (1, 1, 11), "The program takes more than 800,000 steps to run.", "Use fewer repetitions."),
    (
        "def f(x):\n  return f(x)\nf(1)",
        "limit",
        (2, 10, 4),
        "`f` calls itself, or others call each other, more than 50 deep.",
        "Check where it stops, or use a loop.",
    ),
    ("y = 1 // 0", "program", (1, 5, 6), "Division by zero.", "With `/` it is `inf`; `//` and `%` have no answer."),
    ("y=1\ny = y if y>0", "syntax", (2, 5, 8), "An `else` is missing here.", "Write `a if condition else b`."),
    (
        "def f(x):\n\treturn x\n        ",
        "empty",
        NOWHERE,
        "`f` is defined, but nothing calls it yet.",
        "Add a line below it: `f(3.0)`.",
    ),
    (
        "if True:\n\tx=1\n        y=2",
        "syntax",
        (3, 1, 8),
        "This line is indented differently from the lines around it.",
        "Begin it where the line above begins.",
    ),
    (
        "x=1 y=2",
        "syntax",
        (1, 5, 1),
        "Something is missing between these two.",
        "An operator such as `*`, a comma, or a new line.",
    ),
    ("a, b = 1", "program", (1, 1, 4), "There are 2 names here, but one number.", "Write as many values as names."),
    ("a, b = 1, 2, 3", "program", (1, 1, 4), "There are 2 names here, but more values.", "Write as many values as names."),
    ("a, b, *c = [1]", "program", (1, 1, 8), "There are 2 names beside the `*` here, but 1 value.", ""),
    (
        'import os\nos.system("x")',
        "empty",
        NOWHERE,
        "There is nothing to draw. This line needs os, which is not run here; it is passed over.",
        "Type an expression, such as `a = 2.0` and below it `b = a * a`.",
    ),
    ("__x = 1", "unsupported", (1, 1, 3), "Names do not begin with two underscores here.", "Call it something else."),
    ("x.__class__", "unknown-name", (1, 1, 1), "`x` has no value yet.", "Add `x = 1.0`."),
    ('open("x")', "unsupported", (1, 1, 4), "Python's `open` is not part of the language here.", "Write the program without it."),
    ('eval("1")', "unsupported", (1, 1, 4), "Python's `eval` is not part of the language here.", "Write the program without it."),
    ("x=5\nprint(x, sep=3)", "program", (2, 1, 15), "`sep=` is a string; this is a number.", "Write it in quotes."),
    ('Value(2.0, "x1")', "program", (1, 1, 16), "The label of a `Value` is given by name.", "Write `Value(2.0, label='…')`."),
    ("Value()", "program", (1, 1, 7), "`Value` takes 1 argument; none given.", "Such as `Value(2.0)`."),
    ("Value(1,2)", "program", (1, 1, 10), "`Value` takes 1 argument; 2 given.", "Such as `Value(2.0)`."),
    (
        "a=Value(1)\na == 1",
        "program",
        (2, 1, 6),
        "`==` asks whether two `Value`s are the same object, not the same number.",
        "Compare their `.data`.",
    ),
    ("a=[1]\na.push(2)", "unsupported", (2, 1, 6), "A list has no `.push` here.", ""),
    ("y=max()", "program", (1, 3, 5), "`max` of nothing has no answer.", "Such as `max(a, b)`."),
    ("zip(1,2)", "program", (1, 1, 8), "This cannot be looped over: it is a number.", "Write `range(…)` around it."),
    ("len(5)", "program", (1, 1, 6), "Only a list has a length; this is a number.", "A list is written `[1, 2, 3]`."),
    ("@x\ndef f(): pass", "unsupported", (1, 2, 1), "A decorator is not part of the language here.", ""),
    (
        "def f():\n  nonlocal k\nf()",
        "program",
        (2, 3, 10),
        "No function around this one has a `k`.",
        "Bind `k` before this `def`.",
    ),
    (
        'f"{x"',
        "syntax",
        (1, 3, 1),
        "This `{` in a string is never closed.",
        "Add `}`; inside the braces use the other kind of quotes.",
    ),
    ('f"{1:abc}"', "unsupported", (1, 1, 10), "`abc` is not a format we know.", "Such as `:.4f`."),
    ('"\\d"', "syntax", (1, 2, 2), "`\\d` is not an escape we know.", "In a string write `\\\\` for a backslash."),
    ("print('%d' % (3, 4))", "program", (1, 7, 13), "The string has 1 place, and 2 things are given.", ""),
    (
        'x = 1; y = x + "a"',
        "program",
        (1, 12, 7),
        "Arithmetic is for numbers; this has a string.",
        'Write `f"{x:.4f}"` to put a number into text, or `str(x)`; numbers are written without quotes.',
    ),
    ("x=007", "syntax", (1, 3, 2), "A whole number does not begin with 0.", "Leave the zeros out."),
    ("x = 5 %% 2", "syntax", (1, 8, 1), "A value is missing between `%` and `%`.", "Write one there, or delete one of the two."),
    ("2 ** ", "syntax", (1, 6, 1), "The line stops after `**`.", "Write a value after it."),
    ("y = (", "syntax", (1, 5, 1), "`(` is never closed.", "Add `)`."),
    (
        "y = ()",
        "empty",
        NOWHERE,
        "There is nothing to draw yet.",
        "Type an expression, such as `a = 2.0` and below it `b = a * a`.",
    ),
    ("", "empty", NOWHERE, "There is nothing to draw yet.", "Type an expression, such as `a = 2.0` and below it `b = a * a`."),
    ("#x", "empty", NOWHERE, "There is nothing to draw yet.", "Type an expression, such as `a = 2.0` and below it `b = a * a`."),
    (
        "pass",
        "empty",
        NOWHERE,
        "There is nothing to draw yet.",
        "Type an expression, such as `a = 2.0` and below it `b = a * a`.",
    ),
    ("a = 1\nb = a +", "syntax", (2, 8, 1), "The line stops after `+`.", "Write a value after it."),
    ("x = 3 y", "syntax", (1, 7, 1), "Something is missing between these two.", "Did you mean `3*y`? Or a comma?"),
    ("f = 5\nf(2)", "program", (2, 1, 4), "This cannot be called: it is a number.", "Did you forget a `*` before the bracket?"),
    (
        "xs=[1,2]\ny = xs * 2.5",
        "program",
        (2, 5, 8),
        "Arithmetic is for numbers; this has a list.",
        "To add up a list, write `sum(…)`; for each of its items, `[2*x for x in xs]`.",
    ),
    ('max(1, "a")', "program", (1, 1, 11), "`max` needs numbers; this is a string.", "Numbers are written without quotes."),
    ('y = tanh("1")', "program", (1, 5, 9), "`tanh` needs numbers; this is a string.", "Numbers are written without quotes."),
    ("None + 1", "program", (1, 1, 8), "`+` needs numbers; this is nothing (`None`).", "Does a function here have no `return`?"),
    (
        "def f(x):\n    y = x\na = f(1) + 1",
        "program",
        (3, 5, 8),
        "`+` needs numbers; this is nothing (`None`).",
        "Does a function here have no `return`?",
    ),
    ("x = 2\ny = \\sin(x)", "syntax", (2, 6, 1), "`\\sin` is LaTeX.", "Write `sin`."),
    ("\\frac{1}{2}", "syntax", (1, 2, 1), "`\\frac` is LaTeX.", "Write `a/b`."),
    (
        "$y = 2$",
        "syntax",
        (1, 1, 1),
        "A `$` has no meaning here.",
        "Delete it; formulas are written as in Python: `x**2`, `a*b`, `sin(x)`.",
    ),
    ("x = 2\ny = x ? 1 : 2", "syntax", (2, 7, 1), "`?` is no operation.", "A choice is written `a if condition else b`."),
    ("x = 2\ny = x && 1", "syntax", (2, 8, 1), "`&&` is no operation.", "Write `and`."),
    (
        "x = 2,5\ny = x * 2",
        "program",
        (2, 5, 5),
        "Arithmetic is for numbers; this has a tuple.",
        "A decimal number is written with a point: `2.5`.",
    ),
    (
        "x = 2\ny = π * x",
        "unknown-name",
        (2, 5, 1),
        "`π` has no value yet.",
        "Add `import math` above and write `math.pi`, or `π = 3.141592653589793`.",
    ),
    ("acosh(8.0)", "unknown-name", (1, 1, 5), "`acosh` is not known.", "Add `import math` above and write `math.acosh`."),
    (
        "x = 2\ny = Math.exp(x)",
        "unknown-name",
        (2, 5, 4),
        "`Math` has no value yet.",
        "Add `import math` above and write it in small letters.",
    ),
    (
        "a = 2\nbackward(a)",
        "unknown-name",
        (2, 1, 8),
        "`backward` is not called like this.",
        "It stands behind the value: `y.backward()`.",
    ),
    (
        "import math\ny = math.trig(2.5)",
        "unsupported",
        (2, 5, 9),
        "`math.trig` is not known here.",
        MATH.known(),
    ),
    (
        "from math import foo",
        "unsupported",
        (1, 1, 20),
        "`math` has no `foo` here.",
        MATH.known(),
    ),
    ("a.b.c = 1", "unknown-name", (1, 1, 1), "`a` has no value yet.", "Add `a = 1.0`."),
    ("a = 1\na[0]", "program", (2, 1, 4), "Only a list has items; this is a number.", "A list is written `[1, 2, 3]`."),
    ("a = [1]\na[0][0]", "program", (2, 1, 7), "Only a list has items; this is a number.", "A list is written `[1, 2, 3]`."),
    ("y = sigmod(1)", "unknown-name", (1, 5, 6), "`sigmod` is not known.", "Did you mean `sigmoid`?"),
    ("y = Value(1).tanh", "program", (1, 5, 13), "`tanh` is called with brackets.", "Write `.tanh()`."),
    ("y = 5 if", "syntax", (1, 9, 1), "The line stops after `if`.", "Write the rest of it, or delete it."),
    ("for x in\n  y", "syntax", (1, 9, 1), "The line stops after `in`.", "Write the rest of it, or delete it."),
    ("for in x:", "syntax", (1, 5, 2), "A name or a value is missing before `in`.", "Write one there."),
    ("x = [1,,2]", "syntax", (1, 8, 1), "A value is missing between `,` and `,`.", "Write one there, or delete one of the two."),
    (
        "x = (1,2]",
        "syntax",
        (1, 9, 1),
        "This closing bracket does not fit the one that is open.",
        "Close the inner bracket first.",
    ),
    (
        "def 2f(x): pass",
        "syntax",
        (1, 5, 2),
        "`2f` is not a product in Python.",
        "Did you mean `2*f`? A name begins with a letter.",
    ),
    ("x = 1 +\ny = 2", "syntax", (1, 8, 1), "The line stops after `+`.", "Write a value after it."),
    (
        'a = "x" + 1',
        "program",
        (1, 5, 7),
        "Arithmetic is for numbers; this has a string.",
        'Write `f"{x:.4f}"` to put a number into text, or `str(x)`; numbers are written without quotes.',
    ),
    (
        "lambda x: x",
        "empty",
        NOWHERE,
        "There is nothing to draw yet.",
        "Type an expression, such as `a = 2.0` and below it `b = a * a`.",
    ),
    ("θ = 1\ny = θ*φ", "unknown-name", (2, 7, 1), "`φ` has no value yet.", "Add `φ = 1.0`."),
    (
        "αβγ = 2 é",
        "syntax",
        (1, 9, 1),
        "`é` cannot be used here.",
        "Names are made of Latin or Greek letters, digits and underscores.",
    ),
    (
        "a = 1  \n y = 2",
        "syntax",
        (2, 1, 1),
        "This line is indented differently from the lines around it.",
        "Begin it where the line above begins.",
    ),
    ("x=1\ny = x(", "syntax", (2, 6, 1), "`(` is never closed.", "Add `)`."),
    ("print(a", "syntax", (1, 6, 1), "`(` is never closed.", "Add `)`."),
    ("a = Value(2.0\nb=3", "syntax", (1, 10, 1), "`(` is never closed.", "Add `)`."),
    (
        "y = relu(2))",
        "syntax",
        (1, 12, 1),
        "This closing bracket has no opening one.",
        "Delete it, or add the one that is missing.",
    ),
    ("y = max(1,2", "syntax", (1, 8, 1), "`(` is never closed.", "Add `)`."),
    ("a=1\na.backward", "program", (2, 1, 10), "`backward` is called with brackets.", "Write `.backward()`."),
    ("a=2\na.grad.x", "unsupported", (2, 1, 8), "A number has no `.x` here.", ""),
    ("a=1\na.label = 3", "program", (2, 1, 7), "A label is a string; this is a number.", "Write it in quotes."),
    (
        'a = 1\na.data = "x"',
        "program",
        (2, 1, 6),
        "A number is needed here; this is a string.",
        "Numbers are written without quotes.",
    ),
    ("ln(2)", "unknown-name", (1, 1, 2), "`ln` is not known.", "Did you mean `log`?"),
    ("a = 1\nb = 2\ny = ab", "unknown-name", (3, 5, 2), "`ab` has no value yet.", "Did you mean `abs`? Or add `ab = 1.0`."),
]


@pytest.mark.parametrize(("program", "code", "place", "message", "hint"), WRONG, ids=[repr(case[0])[1:-1] for case in WRONG])
def test_a_wrong_program_is_told_where_what_and_what_to_try(program, code, place, message, hint):
    with pytest.raises(EngineError) as caught:
        run(program)
    error = caught.value

    assert (error.message, error.hint) == (message, hint)
    assert error.code == code
    assert (error.span and (error.span.line, error.span.column, error.span.length)) == place


@pytest.mark.parametrize("case", WRONG, ids=[repr(case[0])[1:-1] for case in WRONG])
def test_messages_are_sentences_and_places_are_in_the_text(case):
    program, _, place, message, hint = case
    assert re.match(r"[A-Z`]", message)
    assert message.endswith((".", ":"))
    assert not re.search(r"\b(ast|NoneType|AttributeError|invalid syntax|SyntaxError|Traceback)\b", message + hint)
    if place:
        line, column, length = place
        text = program.split("\n")[line - 1]
        assert 1 <= column <= len(text) + 1
        assert length == 1 or column + length - 1 <= len(text)
    else:
        with pytest.raises(EmptyProgramError):
            run(program)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("tahn", "tanh"), ("sigmod", "sigmoid"), ("Relu", "relu"), ("prnit", "print"), ("lgo", "log"), ("xyzzy", None), ("q", None)],
)
def test_the_nearest_word_is_offered_and_nothing_far(word, meant):
    assert closest(word, ["tanh", "tan", "sigmoid", "relu", "print", "log", "exp", "sin"]) == meant


def test_a_module_lists_as_many_names_as_one_reads():
    names = MATH.known().removeprefix("Known: ").removesuffix(", ….").split(", ")
    assert names == sorted(MATH.names)[:30]


def test_a_decimal_comma_is_noticed():
    (notice,) = run("a = 1,5").warnings
    assert notice.message == "`a` is a pair of numbers here. A decimal number is written with a point: `1.5`."
    assert not run("a = 1, 5").warnings
    assert not run("a = (1,5)").warnings


def test_a_printed_error_shows_the_line_with_carets_under_the_place():
    with pytest.raises(EngineError) as caught:
        run("a = 2\r\nb =\ttahn(a)")

    assert str(caught.value).splitlines() == [
        "line 2, column 5: `tahn` is not known.",
        "    b = tahn(a)",
        "        ^^^^",
        "    Did you mean `tanh`?",
    ]


def test_a_long_line_is_cut_around_the_place():
    with pytest.raises(EngineError) as caught:
        run("y = " + " + ".join(["2"] * 200) + " + tahn(3) + " + " + ".join(["2"] * 200))
    _, line, carets, _ = str(caught.value).splitlines()

    assert len(line) <= 104
    assert line[carets.index("^") : carets.rindex("^") + 1] == "tahn"


def test_a_traceback_ends_where_the_program_was_given():
    with pytest.raises(EngineError) as caught:
        run("y = tahn(1)")

    assert [frame.name for frame in caught.traceback][1:] == ["run"]
