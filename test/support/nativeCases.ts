// Python libraries that open files in C, past Python's own functions (peers 10, 12): run mounted and translated, and part of the
// documentation's table.
import type { GroundingCase } from './groundingCases.ts';

const computedInC = 'The library computes the path itself, and asks the system.';

/** In the kernel `libraries` of `scripts/lib/testKernels.ts`. */
export const nativeCases: readonly GroundingCase[] = [
  {
    name: 'DuckDB: a database, files named by SQL, and a query of a CSV file',
    peers: [10],
    code: `import duckdb
c = duckdb.connect('/mnt/data/' + 'd.duckdb')
c.execute("create table t as select * from read_csv('/mnt/data/a b.csv')")
c.execute("copy t to '/mnt/data/t.parquet' (format parquet)")
print(c.execute("select y from '/mnt/data/t.parquet'").fetchall(), duckdb.sql("from '/mnt/data/a b.csv'").fetchall())
c.close()`,
    prints: '[(2,)] [(1, 2)]\n',
  },
  {
    name: 'HDF5 by h5py, and by a computed path',
    peers: [10],
    code: `import os, h5py
with h5py.File(os.path.join('/mnt', 'data', 'h.h5'), 'w') as f: f['x'] = [1, 2]
from pathlib import Path
with h5py.File(Path('/mnt/data') / 'h.h5') as f: print(f['x'][:].sum(), f.filename, h5py.is_hdf5('/mnt/data/h.h5'))`,
    prints: '3 /mnt/data/h.h5 True\n',
  },
  {
    name: 'OpenCV, which says nothing when it fails',
    peers: [10],
    code: `import cv2, numpy as np
folder = '/mnt/' + 'data'
print(cv2.imwrite(f'{folder}/o.png', np.zeros((2, 3, 3), 'uint8')), cv2.imread('/mnt/data/o.png').shape, cv2.haveImageReader('/mnt/data/o.png'))`,
    prints: 'True (2, 3, 3) True\n',
  },
  {
    name: 'pyarrow: Parquet, CSV, Feather, datasets',
    peers: [10],
    code: `import pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv as pc, pyarrow.feather as pf, pyarrow.dataset as ds
t = pa.table({'a': [1, 2]})
pq.write_table(t, '/mnt/data/p.parquet'); pc.write_csv(t, '/mnt/data/p.csv'); pf.write_feather(t, '/mnt/data/p.feather')
ds.write_dataset(t, '/mnt/data/set', format='parquet')
print(pq.read_table('/mnt/data/p.parquet').num_rows, pc.read_csv('/mnt/data/p.csv').num_rows, pf.read_table('/mnt/data/p.feather').num_rows, ds.dataset('/mnt/data/set').count_rows(), pa.memory_map('/mnt/data/p.csv').size() > 0)`,
    prints: '2 2 2 2 True\n',
  },
  {
    name: 'pandas by pyarrow',
    peers: [10],
    code: `import pandas as pd
d = pd.DataFrame({'a': [1, 2]})
d.to_parquet('/mnt/data/q.parquet'); d.to_feather('/mnt/data/q.feather')
print(len(pd.read_parquet('/mnt/data/q.parquet')), len(pd.read_feather('/mnt/data/q.feather')))`,
    prints: '2 2\n',
  },
  {
    name: 'polars: eager, lazy, by a pattern',
    peers: [10],
    code: `import polars as pl
d = pl.DataFrame({'a': [1, 2]})
d.write_parquet('/mnt/data/l.parquet'); d.write_csv('/mnt/data/l1.csv'); d.write_csv('/mnt/data/l2.csv')
print(pl.read_parquet('/mnt/data/l.parquet').height, pl.scan_csv('/mnt/data/l1.csv').collect().height, pl.read_csv('/mnt/data/l*.csv').height)`,
    prints: '2 2 4\n',
  },
  {
    name: 'joblib: files, and workers in other processes',
    peers: [12],
    code: `import joblib, os
joblib.dump([1], '/mnt/data/j.pkl')
def work(n):
    with open('/mnt/' + f'data/w{n}.txt', 'w') as f: f.write(str(n))
    return os.path.getsize(f'/mnt/data/w{n}.txt')
print(joblib.load('/mnt/data/j.pkl'), joblib.Parallel(n_jobs=2)(joblib.delayed(work)(n) for n in range(2)))`,
    prints: '[1] [1, 1]\n',
  },
  {
    name: 'a path that a library computes in C',
    peers: [10],
    code: `import duckdb
c = duckdb.connect()
try: print(c.execute("select count(*) from read_csv(concat('/mnt', '/data/a b.csv'))").fetchall())
except Exception as e: print(type(e).__name__)`,
    prints: '[(1,)]\n',
    translated: { prints: 'IOException\n', why: computedInC },
  },
];
