// More of groundingCases.ts: what is only text, and must reach the kernel and come back as it is.
import type { GroundingCase } from './groundingCases.ts';

export const textCases: readonly GroundingCase[] = [
  {
    name: 'names in both forms of Unicode, and beyond its first plane',
    peers: [2],
    code: `import os, unicodedata
names = [unicodedata.normalize(f, 'é.txt') for f in ('NFC', 'NFD')] + ['📈 chart.txt']
for n in names: open(f'/mnt/data/{n}', 'w').write(n)
print([n in os.listdir('/mnt/data') for n in names], [open('/mnt/data/' + n).read() == n for n in names])
for n in names: os.remove('/mnt/data/' + n)`,
    prints: '[True, True, True] [True, True, True]\n',
  },
  {
    name: 'addresses are no paths',
    peers: [7],
    code: `for a in ('https://host/mnt/data/x', '/host/mnt/data/x', 's3://b/mnt/data/x', 'file:///mnt/data/x'): print(a)`,
    prints: 'https://host/mnt/data/x\n/host/mnt/data/x\ns3://b/mnt/data/x\nfile:///mnt/data/x\n',
  },
  {
    name: 'comments, docstrings, and the source of a function',
    peers: [17],
    code: `def f():
    """Reads /mnt/data/x."""  # /mnt/data
import inspect
print(f.__doc__, inspect.getsource(f).count('/mnt/data'))`,
    prints: 'Reads /mnt/data/x. 2\n',
  },
  {
    name: 'code of every form: characters, blank lines, star imports, await at the top, the main guard',
    peers: [21],
    code: String.raw`from os.path import *
import asyncio
await asyncio.sleep(0)
s = '''$& $$ $1 \\ \t'''



if __name__ == '__main__':
	print(s, basename('/mnt/data/b'), sep='|')`,
    prints: '$& $$ $1 \\ \t|b\n',
  },
  {
    name: 'data in files is not changed, whichever path it holds',
    peers: [17],
    code: `import os, subprocess
real = subprocess.check_output('pwd -P', shell=True, text=True).strip()
with open('/mnt/data/held.txt', 'w') as f: f.write('/mnt/data/x ' + real)
data = open('/mnt/data/held.txt').read()
print(data == '/mnt/data/x ' + real, os.path.getsize('/mnt/data/held.txt') == len(os.fsencode(data)))`,
    prints: 'True True\n',
  },
  {
    name: 'a folder with quotes in its name as working directory',
    peers: [8],
    code: String.raw`import os
os.makedirs('/mnt/data/it\'s "q"', exist_ok=True)
os.chdir('/mnt/data/it\'s "q"')
open('n.txt', 'w').close()
print(os.getcwd(), os.listdir('.'))
os.chdir('/mnt/data')`,
    prints: `/mnt/data/it's "q" ['n.txt']\n`,
  },
];
