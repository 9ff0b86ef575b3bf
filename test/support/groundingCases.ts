// What code may do with /mnt/data, in a Python kernel. Each case is run mounted and translated; the documentation's table of what
// translated grounding can't reach is made of the cases that say so.

import { textCases } from './textCases.ts';

export interface GroundingCase {
  readonly name: string;
  /** What other code interpreters are known to get wrong, by the numbers of a list that is kept apart; in the test's name. */
  readonly peers?: readonly number[];
  readonly code: string;
  /** Everything that the code prints, as users see it. */
  readonly prints: string;
  /** What is different where paths are translated, and why. */
  readonly translated?: { readonly prints: string; readonly why: string };
}

/** A test's name. */
export const titleOf = ({ name, peers }: Pick<GroundingCase, 'name' | 'peers'>): string =>
  peers ? `${name} (peers ${peers.join(', ')})` : name;

/** Files that every case finds. */
export const groundingFiles: Readonly<Record<string, string>> = {
  'a b.csv': 'x,y\n1,2\n',
  'p.txt': 'text of p',
  'Übersicht_2026 (1).csv': 'x\n7\n',
  'script.sh': 'cat /mnt/data/p.txt',
  'helper.py': "TEXT = open('/mnt/data/p.txt').read()\n",
};

const words: readonly GroundingCase[] = [
  {
    name: 'a literal with a space',
    peers: [1, 20],
    code: "import pandas as pd\nprint(pd.read_csv('/mnt/data/a b.csv').y[0])",
    prints: '2\n',
  },
  {
    name: 'a name of other letters',
    peers: [2, 20],
    code: "print(open('/mnt/data/Übersicht_2026 (1).csv').read())",
    prints: 'x\n7\n\n',
  },
  {
    name: 'an f-string',
    peers: [3],
    code: "n = 'p'\nprint(open(f'/mnt/data/{n}.txt').read(), open(rf'/mnt/data/{n}.txt').name)",
    prints: 'text of p /mnt/data/p.txt\n',
  },
  { name: 'bytes', peers: [3], code: "print(open(b'/mnt/data/p.txt').read())", prints: 'text of p\n' },
  { name: 'a raw string', peers: [3], code: "print(open(r'/mnt/data/p.txt').read())", prints: 'text of p\n' },
  {
    name: 'paths put together',
    peers: [4],
    code: "import os\nfrom pathlib import Path\nfor p in (Path('/mnt') / 'data' / 'p.txt', os.path.join('/mnt', 'data', 'p.txt'), '/mnt/' + 'data/p.txt'):\n    print(open(p).read())",
    prints: 'text of p\ntext of p\ntext of p\n',
  },
  {
    name: 'other spellings',
    peers: [4],
    code: "for p in ('/mnt//data/p.txt', '/mnt/./data/p.txt', '//mnt/data/p.txt', '/mnt/data/../data/p.txt'):\n    print(open(p).read())",
    prints: 'text of p\n'.repeat(4),
  },
  {
    name: 'a trailing slash',
    peers: [5],
    code: "d = '/mnt/data/'\nprint(open(d + 'p.txt').read(), d)",
    prints: 'text of p /mnt/data/\n',
  },
  {
    name: 'siblings are other folders',
    peers: [6, 7],
    code: "import os\nprint(os.path.exists('/mnt/database'), os.path.exists('/mnt/data2'), '/mnt/data2', 'https://host/mnt/data/x')",
    prints: 'False False /mnt/data2 https://host/mnt/data/x\n',
  },
  {
    name: 'text keeps its length',
    peers: [17],
    code: "print(len('/mnt/data'), '/mnt/data'.upper(), {'/mnt/data': 1})",
    prints: "9 /MNT/DATA {'/mnt/data': 1}\n",
  },
  {
    name: 'a path written into a file',
    peers: [17],
    code: "import json\njson.dump({'path': '/mnt/data/x'}, open('/mnt/data/out.json', 'w'))\nprint(len(open('/mnt/data/out.json').read()))",
    prints: '23\n',
  },
  {
    name: 'a pattern',
    peers: [17],
    code: "import re\nprint(re.findall(r'/mnt/data/.*', 'see /mnt/data/x'))",
    prints: "['/mnt/data/x']\n",
  },
  {
    name: 'paths that lead out',
    peers: [19],
    code: "import os\nprint(os.path.exists('/mnt/data/../../etc/passwd'), 'data' in os.listdir('/mnt/data/..'))",
    prints: 'True True\n',
  },
];

const system: readonly GroundingCase[] = [
  {
    name: 'the working directory',
    peers: [8, 18],
    code: "import os\nfrom pathlib import Path\nprint(os.getcwd(), Path.cwd(), os.path.abspath('x'), os.path.relpath('/mnt/data/sub'), os.path.realpath('p.txt'))",
    prints: '/mnt/data /mnt/data /mnt/data/x sub /mnt/data/p.txt\n',
  },
  {
    name: 'a subfolder as working directory',
    peers: [8],
    code: "import os\nos.makedirs('/mnt/data/s u b', exist_ok=True)\nos.chdir('/mnt/data/s u b')\nprint(os.getcwd(), open('../p.txt').read(), os.path.exists('../../data/p.txt'))\nos.chdir('/mnt/data')",
    prints: '/mnt/data/s u b text of p True\n',
  },
  {
    name: 'copying, renaming, linking',
    peers: [11],
    code: "import os, shutil\nshutil.copy('/mnt/data/p.txt', '/mnt/data/c1.txt')\nos.rename('/mnt/data/c1.txt', '/mnt/data/c2.txt')\nos.link('/mnt/data/c2.txt', '/mnt/data/c3.txt')\nos.symlink('/mnt/data/c3.txt', '/mnt/data/c4.txt')\nprint(os.readlink('/mnt/data/c4.txt'), open('/mnt/data/c4.txt').read())\nfor n in '234': os.remove(f'/mnt/data/c{n}.txt')",
    prints: '/mnt/data/c3.txt text of p\n',
  },
  {
    name: 'walking folders',
    peers: [11],
    code: "import glob, os\nfrom pathlib import Path\nos.makedirs('/mnt/data/w/e', exist_ok=True)\nopen('/mnt/data/w/e/f.txt', 'w').close()\nprint(sorted(glob.glob('/mnt/data/w/**/*', recursive=True)))\nprint(list(os.walk('/mnt/data/w')))\nprint([e.path for e in os.scandir('/mnt/data/w')], [str(p) for p in Path('/mnt/data/w').rglob('*.txt')])\nimport shutil; shutil.rmtree('/mnt/data/w')\nprint(os.path.exists('/mnt/data/w'))",
    prints:
      "['/mnt/data/w/e', '/mnt/data/w/e/f.txt']\n[('/mnt/data/w', ['e'], []), ('/mnt/data/w/e', [], ['f.txt'])]\n['/mnt/data/w/e'] ['/mnt/data/w/e/f.txt']\nFalse\n",
  },
  {
    name: 'temporary files',
    peers: [11],
    code: "import os, tempfile\nwith tempfile.NamedTemporaryFile(dir='/mnt/data') as f: print(os.path.dirname(f.name))\nwith tempfile.TemporaryDirectory(dir='/mnt/data') as d:\n    print(os.path.dirname(d)); open(d + '/x', 'w').close()\nprint(os.path.exists(d))",
    prints: '/mnt/data\n/mnt/data\nFalse\n',
  },
  {
    name: 'archives',
    code: "import tarfile, zipfile, gzip, os\nwith zipfile.ZipFile('/mnt/data/z.zip', 'w') as z: z.write('/mnt/data/p.txt', 'p.txt')\nwith tarfile.open('/mnt/data/t.tgz', 'w:gz') as t: t.add('/mnt/data/p.txt', 'p.txt')\nwith gzip.open('/mnt/data/g.gz', 'wt') as g: g.write('x')\nprint(zipfile.ZipFile('/mnt/data/z.zip').namelist(), tarfile.open('/mnt/data/t.tgz').getnames(), gzip.open('/mnt/data/g.gz', 'rt').read())",
    prints: "['p.txt'] ['p.txt'] x\n",
  },
  {
    name: 'an error says the path that was asked for',
    code: "try: open('/mnt/data/none')\nexcept OSError as e: print(e, e.filename)",
    prints: "[Errno 2] No such file or directory: '/mnt/data/none' /mnt/data/none\n",
  },
  {
    name: 'sqlite3',
    peers: [10],
    code: "import sqlite3, os\nc = sqlite3.connect('/mnt/data/d.db')\nc.execute('create table t(a)')\nc.execute(\"insert into t values('/mnt/data/x')\")\nc.commit()\nc.execute(\"attach '/mnt/data/e.db' as e\")\nc.execute('create table e.u(a)')\nprint(c.execute('select * from t').fetchall(), os.path.exists('/mnt/data/e.db'))\nc.close()\nprint(sqlite3.connect('file:/mnt/data/d.db?mode=ro', uri=True).execute('select count(*) from t').fetchone())",
    prints: "[('/mnt/data/x',)] True\n(1,)\n",
  },
  {
    name: 'imports from the workspace',
    peers: [18],
    code: 'import helper\nprint(helper.TEXT, helper.__file__)',
    prints: 'text of p /mnt/data/helper.py\n',
  },
  {
    name: 'functions that other modules took before',
    code: "from io import open as o\nfrom os import listdir, stat\nprint(o('/mnt/data/p.txt').read(), 'p.txt' in listdir('/mnt/data'), stat('/mnt/data/p.txt').st_size)",
    prints: 'text of p True 9\n',
  },
  {
    name: 'a function of a C library',
    peers: [10],
    code: "import ctypes, os\nc = ctypes.CDLL(None)\nc.fopen.restype = ctypes.c_void_p\nname = '/mnt/data/from-c.txt'\nf = c.fopen(name.encode(), b'w')\nc.fclose(ctypes.c_void_p(f))\nprint(os.path.exists(name))",
    prints: 'True\n',
  },
];

const libraries: readonly GroundingCase[] = [
  {
    name: 'pandas and openpyxl',
    code: "import pandas as pd\nd = pd.DataFrame({'a': [1, 2]})\nfor n in ('d.csv', 'd.csv.gz', 'd.pkl', 'd.json'): getattr(d, {'v': 'to_csv', 'z': 'to_csv', 'l': 'to_pickle', 'n': 'to_json'}[n[-1]])('/mnt/data/' + n)\nwith pd.ExcelWriter('/mnt/data/d.xlsx') as w: d.to_excel(w, sheet_name='one'); d.to_excel(w, sheet_name='two')\nprint(len(pd.read_csv('/mnt/data/d.csv.gz')), len(pd.read_pickle('/mnt/data/d.pkl')), list(pd.read_excel('/mnt/data/d.xlsx', sheet_name=None)))",
    prints: "2 2 ['one', 'two']\n",
  },
  {
    name: 'numpy',
    code: "import numpy as np\na = np.arange(3)\nnp.save('/mnt/data/n.npy', a); np.savetxt('/mnt/data/n.txt', a); a.tofile('/mnt/data/n.bin'); np.savez('/mnt/data/n.npz', a=a)\nprint(np.load('/mnt/data/n.npy', mmap_mode='r').sum(), np.loadtxt('/mnt/data/n.txt').sum(), np.fromfile('/mnt/data/n.bin', dtype=a.dtype).sum(), np.load('/mnt/data/n.npz')['a'].sum())",
    prints: '3 3.0 3 3\n',
  },
  {
    name: 'matplotlib and PIL',
    code: "import os, shutil\nimport matplotlib, matplotlib.pyplot as plt\nfrom PIL import Image, ImageFont\nplt.plot([1, 2]); plt.savefig('/mnt/data/f.png'); plt.savefig('/mnt/data/f.pdf'); plt.close()\nImage.open('/mnt/data/f.png').convert('RGB').save('/mnt/data/f.jpg')\nshutil.copy(os.path.join(matplotlib.get_data_path(), 'fonts/ttf/DejaVuSans.ttf'), '/mnt/data/f.ttf')\nprint([os.path.getsize('/mnt/data/f.' + e) > 0 for e in ('png', 'pdf', 'jpg')], ImageFont.truetype('/mnt/data/f.ttf', 9).getname()[0])",
    prints: '[True, True, True] DejaVu Sans\n',
  },
];

const processes: readonly GroundingCase[] = [
  {
    name: 'a command as a list, and as shell code',
    peers: [9],
    code: "import subprocess\nprint(subprocess.run(['cat', '/mnt/data/p.txt'], capture_output=True, text=True).stdout)\nprint(subprocess.check_output('cat /mnt/data/p.txt; wc -l < \"/mnt/data/a b.csv\"', shell=True, text=True))",
    prints: 'text of p\ntext of p2\n\n',
  },
  {
    name: 'the working directory of a command',
    code: "import subprocess\nprint(subprocess.check_output('pwd; cat p.txt', shell=True, text=True, cwd='/mnt/data'))",
    prints: '/mnt/data\ntext of p\n',
  },
  {
    name: 'os.system, os.popen and asyncio',
    peers: [9],
    code: "import asyncio, os\nprint(os.system('test -f /mnt/data/p.txt'), os.popen('cat /mnt/data/p.txt').read())\np = await asyncio.create_subprocess_exec('cat', '/mnt/data/p.txt', stdout=-1)\nprint((await p.communicate())[0])",
    prints: "0 text of p\nb'text of p'\n",
  },
  {
    name: 'a Python that code starts, with computed paths',
    code: 'import subprocess, sys\ncode = \'import os; from pathlib import Path; print((Path("/mnt") / "data" / "p.txt").read_text(), os.getcwd())\'\nprint(subprocess.check_output([sys.executable, \'-c\', code], text=True))',
    prints: 'text of p /mnt/data\n\n',
  },
  {
    name: 'multiprocessing, by fork and by spawn',
    peers: [12],
    code: "import multiprocessing, os\nfrom concurrent.futures import ProcessPoolExecutor\nfor how in ('fork', 'spawn'):\n    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(how)) as pool:\n        print(pool.submit(os.path.getsize, '/mnt/data/p.txt').result())",
    prints: '9\n9\n',
  },
  {
    name: 'a shell line',
    peers: [9],
    code: "!cat /mnt/data/p.txt && ls '/mnt/data/a b.csv'",
    prints: "text of p'/mnt/data/a b.csv'\r\n",
  },
  { name: 'a shell line into a variable', code: 'x = !ls /mnt/data/p.txt\nprint(x[0])', prints: '/mnt/data/p.txt\n' },
  {
    name: '%cd',
    peers: [8],
    code: '%cd /mnt/data\n%cd -q /mnt\nimport os\nprint(os.getcwd())\n%cd -q /mnt/data',
    prints: '/mnt/data\n/mnt\n',
  },
  {
    name: '%%bash',
    peers: [9],
    code: '%%bash\ncd /mnt/data && pwd && cat "/mnt/data/p.txt"\ncat <<EOF > /mnt/data/here.txt\n/mnt/data\nEOF\nwc -c < /mnt/data/here.txt',
    prints: '/mnt/data\ntext of p10\n',
  },
  {
    name: '%%writefile',
    code: "%%writefile /mnt/data/w.py\nprint(open('/mnt/data/p.txt').read())",
    prints: 'Writing /mnt/data/w.py\n',
  },
  { name: '%run', code: '%run /mnt/data/w.py', prints: 'text of p\n' },
  { name: 'a Python script of the workspace', code: '!python /mnt/data/w.py', prints: 'text of p\r\n' },
  {
    name: 'a shell script that names the folder',
    code: "import subprocess\nprint(subprocess.run(['sh', '/mnt/data/script.sh'], capture_output=True, text=True).stdout)",
    prints: 'text of p\n',
    translated: { prints: '\n', why: "What a script's own text names is read by another program." },
  },
  {
    name: 'a path that a shell puts together',
    code: "import subprocess\nprint(subprocess.run('D=/mnt; cat $D/data/p.txt', shell=True, capture_output=True, text=True).stdout)",
    prints: 'text of p\n',
    translated: { prints: '\n', why: 'The shell computes the path, and asks the system itself.' },
  },
  {
    name: 'a folder above, then a relative path',
    code: "import subprocess\nprint(subprocess.run('cd /mnt; cat data/p.txt', shell=True, capture_output=True, text=True).stdout)",
    prints: 'text of p\n',
    translated: { prints: '\n', why: 'The shell computes the path, and asks the system itself.' },
  },
  {
    name: 'an isolated Python (-I, -S or -E) with a computed path',
    code: "import subprocess, sys\nprint(subprocess.run([sys.executable, '-I', '-c', 'print(open(\"/mnt/\" + \"data/p.txt\").read())'], capture_output=True, text=True).stdout)",
    prints: 'text of p\n\n',
    translated: { prints: '\n', why: 'It starts without the module that translates.' },
  },
  {
    name: 'the output of a command, before it is shown',
    code: "import subprocess\nprint(subprocess.check_output('pwd', text=True).strip() == '/mnt/data')",
    prints: 'True\n',
    translated: { prints: 'False\n', why: 'Captured output holds the real path; it is translated when it is shown.' },
  },
  {
    name: 'a C function that computes the path',
    code: "import ctypes\nc = ctypes.CDLL(None)\nc.fopen.restype = ctypes.c_void_p\nb = ctypes.create_string_buffer(64)\nc.sprintf(b, b'%s/%s', b'/mnt/data', b'p.txt') if False else c.strcpy(b, b'/mnt'); c.strcat(b, b'/data/p.txt')\nprint(bool(c.fopen(b, b'r')))",
    prints: 'True\n',
    translated: { prints: 'False\n', why: 'Native code asks the system itself.' },
  },
];

export const groundingCases: readonly GroundingCase[] = [...words, ...textCases, ...system, ...libraries, ...processes];
