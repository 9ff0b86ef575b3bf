// Shell code with the virtual path, and what it becomes for two real paths: one plain, one that needs quoting everywhere.
export const plainPath = '/ws/m1';
export const oddPath = `/ws/a b'c"d$e\`f\\g/é`;

/** Code, and the same code for the plain path; what is not mentioned twice stays as it is. */
export const shellCases: readonly (readonly [code: string, translated: string])[] = [
  ['ls /mnt/data', 'ls /ws/m1'],
  ['cat "/mnt/data/a b.csv"', 'cat "/ws/m1/a b.csv"'],
  ["cat '/mnt/data/a b.csv'", "cat '/ws/m1/a b.csv'"],
  ["cat $'/mnt/data/x'", "cat $'/ws/m1/x'"],
  ['cp /mnt/data/a /mnt/data/b', 'cp /ws/m1/a /ws/m1/b'],
  ['cd /mnt/data;pwd', 'cd /ws/m1;pwd'],
  ['cat </mnt/data/a >/mnt/data/b 2>>/mnt/data/c', 'cat </ws/m1/a >/ws/m1/b 2>>/ws/m1/c'],
  ['(cd /mnt/data && ls)', '(cd /ws/m1 && ls)'],
  ['echo "$(cat "/mnt/data/x")"', 'echo "$(cat "/ws/m1/x")"'],
  ['echo `cat /mnt/data/x`', 'echo `cat /ws/m1/x`'],
  ['echo "`cat /mnt/data/x; echo "/mnt/data"`"', 'echo "`cat /ws/m1/x; echo "/ws/m1"`"'],
  ['`pwd`/mnt/data', '`pwd`/mnt/data'],
  ['D=/mnt/data; ls $D', 'D=/ws/m1; ls $D'],
  ['PYTHONPATH=/a:/mnt/data:/b x', 'PYTHONPATH=/a:/ws/m1:/b x'],
  ['gcc -I/mnt/data/include --sysroot=/mnt/data', 'gcc -I/ws/m1/include --sysroot=/ws/m1'],
  ['for f in /mnt/data/*.csv; do wc "$f"; done', 'for f in /ws/m1/*.csv; do wc "$f"; done'],
  ['ls /mnt/data/{a,b}', 'ls /ws/m1/{a,b}'],
  ['ls /mnt//data /mnt/./data //mnt/data', 'ls /ws/m1 /ws/m1 /ws/m1'],
  ['curl file:///mnt/data/x', 'curl file:///ws/m1/x'],
  ['ls /mnt/data # not /mnt/data', 'ls /ws/m1 # not /mnt/data'],
  ['cat <<EOF\n/mnt/data\nEOF\nls /mnt/data', 'cat <<EOF\n/mnt/data\nEOF\nls /ws/m1'],
  ["cat <<-'X' | wc\n\t/mnt/data\n\tX\nls /mnt/data", "cat <<-'X' | wc\n\t/mnt/data\n\tX\nls /ws/m1"],
  ['cat <<< /mnt/data', 'cat <<< /ws/m1'],
  ['echo $((1<<2)) /mnt/data', 'echo $((1<<2)) /ws/m1'],
  ["awk '{print}' /mnt/data/x", "awk '{print}' /ws/m1/x"],
  ['echo "in /mnt/data."', 'echo "in /ws/m1."'],
  [
    'ls /mnt/database /mnt/data2 /mnt/data-old /mnt/data.bak',
    'ls /mnt/database /mnt/data2 /mnt/data-old /mnt/data.bak',
  ],
  ['ls /srv/mnt/data ~/mnt/data ./mnt/data', 'ls /srv/mnt/data ~/mnt/data ./mnt/data'],
  [
    'ls "$HOME"/mnt/data ${HOME}/mnt/data $(pwd)/mnt/data $HOME/mnt/data',
    'ls "$HOME"/mnt/data ${HOME}/mnt/data $(pwd)/mnt/data $HOME/mnt/data',
  ],
  ['wget https://host/mnt/data/x s3://b/mnt/data/x', 'wget https://host/mnt/data/x s3://b/mnt/data/x'],
  ['ls /mnt/data*', 'ls /mnt/data*'],
];
