import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeTable, type TableDescription } from '../../../src/core/chat/tables.ts';
import { openRegularFile } from '../../../src/core/workspace/regularFile.ts';
import { zipOf } from '../../support/zip.ts';

let folder = '';

const describeFile = async (name: string, content: string | Buffer): Promise<TableDescription | null> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return describeTable(name, () => openRegularFile(path));
};

const sheetXml = (rows: string, dimension = ''): string =>
  `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${dimension}<sheetData>${rows}</sheetData></worksheet>`;
const inline = (...texts: string[]): string =>
  texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('');

/** A workbook with these sheets (name to XML of the sheet), and more parts. */
const workbookOf = (
  sheets: Readonly<Record<string, string>>,
  parts: Readonly<Record<string, string>> = {},
  attributes = '',
): Buffer =>
  zipOf({
    'xl/workbook.xml': `<workbook xmlns:r="r"><sheets>${Object.keys(sheets)
      .map((name, index) => `<sheet name="${name}" sheetId="${index}" ${attributes} r:id="rId${index}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${Object.keys(sheets)
      .map((_, index) => `<Relationship Id="rId${index}" Target="worksheets/sheet${index}.xml"/>`)
      .join('')}</Relationships>`,
    ...Object.fromEntries(Object.values(sheets).map((xml, index) => [`xl/worksheets/sheet${index}.xml`, xml])),
    ...parts,
  });

const columnsOf = (table: TableDescription | null): readonly string[] | null =>
  table?.kind === 'workbook'
    ? (table.sheets[0]?.content?.columns.first ?? null)
    : table?.kind === 'delimited'
      ? (table.columns?.first ?? null)
      : null;

const reasonOf = (table: TableDescription | null): string | null =>
  table?.kind === 'unreadable' ? table.reason : null;

describe('what is in a table file', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tables-'));
  });
  after(() => rm(folder, { recursive: true }));

  describe('delimited text', () => {
    it('has columns and rows, with quoted line ends and separators', async () => {
      assert.deepEqual(await describeFile('a.csv', 'Name,"City, state"\n"a\nb",x\nc,y\n\n'), {
        kind: 'delimited',
        delimiter: ',',
        encoding: 'utf-8',
        columns: { first: ['Name', 'City, state'], total: 2 },
        columnCount: 2,
        rows: { value: 2, certainty: 'exact' },
      });
    });

    it('finds separators and encodings', async () => {
      const cases: [string, string | Buffer, string, string][] = [
        ['semicolon.csv', 'Größe;Name\n1,5;x\n2,5;y\n', ';', 'utf-8'],
        ['latin.csv', Buffer.from('Größe;Name\n1;x\n', 'latin1'), ';', 'cp1252'],
        ['mark.csv', '\uFEFFGröße,Name\n1,x\n', ',', 'utf-8-sig'],
        ['utf16.csv', Buffer.from('\uFEFFGröße\tName\n1\tx\n', 'utf16le'), '\t', 'utf-16'],
        ['utf16bare.csv', Buffer.from('Größe\tName\n1\tx\n', 'utf16le'), '\t', 'utf-16-le'],
        ['excel.csv', 'sep=;\nGröße;Name\n1;x\n', ';', 'utf-8'],
        ['pipe.csv', 'Größe|Name\n1|x\n2|y\n', '|', 'utf-8'],
        ['tab.tsv', 'Größe\tName\n1,2\tx,y\n', '\t', 'utf-8'],
      ];
      for (const [name, content, delimiter, encoding] of cases) {
        const table = await describeFile(name, content);
        assert.deepEqual(table?.kind === 'delimited' && [table.delimiter, table.encoding], [delimiter, encoding], name);
        assert.deepEqual(columnsOf(table), ['Größe', 'Name'], name);
      }
    });

    it('has no names where the first row is numbers', async () => {
      const table = await describeFile('numbers.csv', '1,2.5,-3\n4,5,6\n');
      assert.ok(table?.kind === 'delimited');
      assert.deepEqual([table.columns, table.columnCount, table.rows.value], [null, 3, 2]);
      assert.deepEqual(columnsOf(await describeFile('years.csv', 'Region,Unit,2024,2025\na,b,1,2\n')), [
        'Region',
        'Unit',
        '2024',
        '2025',
      ]);
    });

    it('tells about how many rows a large file has, from its beginning', async () => {
      const table = await describeFile('large.csv', `id,name\n${'12345,some name\n'.repeat(100_000)}`);
      assert.ok(table?.kind === 'delimited');
      assert.equal(table.rows.certainty, 'about');
      assert.ok(Math.abs(table.rows.value - 100_000) < 1000, String(table.rows.value));
    });

    it('says what is empty, binary or not there', async () => {
      assert.equal(reasonOf(await describeFile('empty.csv', '')), 'empty');
      assert.equal(reasonOf(await describeFile('blank.csv', ' \n\n')), 'empty');
      assert.equal(
        reasonOf(await describeFile('binary.csv', Buffer.from([1, 2, 0, 0, 0, 3, 200, 0, 0, 0, 0, 1]))),
        'damaged',
      );
      assert.equal(
        reasonOf(await describeTable('x.csv', () => openRegularFile(join(folder, 'missing')))),
        'notAccessible',
      );
      await symlink('/etc/passwd', join(folder, 'link.csv'));
      assert.equal(
        reasonOf(await describeTable('link.csv', () => openRegularFile(join(folder, 'link.csv')))),
        'notAccessible',
      );
      assert.equal(await describeFile('text.txt', 'a,b\n'), null);
    });
  });

  describe('workbooks', () => {
    it('have sheets with columns and rows', async () => {
      const path = join(import.meta.dirname, '../../../samples/sales-2025.xlsx');
      const table = await describeTable(path, () => openRegularFile(path));
      assert.ok(table?.kind === 'workbook');
      assert.deepEqual(
        table.sheets.map(({ name, content }) => [
          name,
          content?.headerRow,
          content?.columns.first.join(),
          content?.rows,
        ]),
        [
          ['Sales', 1, 'Order,Date,Region,Product,Units,Unit price,Discount', { value: 480, certainty: 'exact' }],
          ['Targets', 1, 'Region,Q1,Q2,Q3,Q4', { value: 4, certainty: 'exact' }],
        ],
      );
    });

    it('find the header below a title, over shared strings, prefixes, formulas and phonetic readings', async () => {
      const rows = [
        '<x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c></x:row>',
        '<x:row r="4"><x:c r="B4" t="s"><x:v>0</x:v></x:c><x:c r="D4" t="str"><x:f>"a"</x:f><x:v>Sum &amp; more</x:v></x:c></x:row>',
        '<x:row r="5"><x:c r="B5"><x:v>1</x:v></x:c><x:c r="D5"><x:v>2</x:v></x:c></x:row>',
        '<x:row r="9"><x:c r="B9" s="1"/></x:row>',
      ].join('');
      const strings =
        '<sst><si><r><t>Na</t></r><r><t>me</t></r><rPh><t>reading</t></rPh></si><si><t>A title</t></si></sst>';
      const table = await describeFile(
        'title.xlsx',
        workbookOf(
          { 'A &amp; B': `<x:worksheet><x:sheetData>${rows}</x:sheetData></x:worksheet>` },
          { 'xl/sharedStrings.xml': strings },
          'state="hidden"',
        ),
      );
      assert.deepEqual(table, {
        kind: 'workbook',
        sheetCount: 1,
        sheets: [
          {
            name: 'A & B',
            hidden: true,
            content: {
              headerRow: 4,
              columns: { first: ['Name', 'Sum & more'], total: 2 },
              rows: { value: 1, certainty: 'exact' },
            },
          },
        ],
      });
    });

    it('have no content where a sheet is empty or a chart', async () => {
      const table = await describeFile('empty.xlsx', workbookOf({ Empty: sheetXml('') }));
      assert.ok(table?.kind === 'workbook');
      assert.deepEqual(table.sheets, [{ name: 'Empty', hidden: false, content: null }]);
    });

    it('count what they can of a sheet that is too large to read', async () => {
      const rows = `<row>${inline('id', 'name')}</row>` + `<row>${inline('1', 'x'.repeat(50))}</row>`.repeat(60_000);
      const unknown = await describeFile('unknown.xlsx', workbookOf({ Big: sheetXml(rows) }));
      assert.ok(unknown?.kind === 'workbook');
      assert.equal(unknown.sheets[0]?.content?.rows.certainty, 'atLeast');
      const told = await describeFile('told.xlsx', workbookOf({ Big: sheetXml(rows, '<dimension ref="A1:B60001"/>') }));
      assert.deepEqual(told?.kind === 'workbook' && told.sheets[0]?.content?.rows, {
        value: 60_000,
        certainty: 'about',
      });
    });

    it('that are bombs, damaged, encrypted or something else are named as such', async () => {
      const bomb = '<a>'.padEnd(40 * 1024 * 1024, 'x');
      assert.equal(reasonOf(await describeFile('bomb.xlsx', zipOf({ 'xl/workbook.xml': bomb }))), 'tooLarge');
      const inSheet = await describeFile(
        'bomb2.xlsx',
        workbookOf({ A: sheetXml(`<row>${inline(bomb.slice(3))}</row>`) }),
      );
      assert.deepEqual(inSheet?.kind === 'workbook' && inSheet.sheets[0]?.content, null);
      assert.equal(reasonOf(await describeFile('text.xlsx', 'not a workbook')), 'damaged');
      assert.equal(reasonOf(await describeFile('other.xlsx', zipOf({ 'word/document.xml': '<a/>' }))), 'damaged');
      assert.equal(
        reasonOf(await describeFile('cut.xlsx', workbookOf({ A: sheetXml('') }).subarray(0, 300))),
        'damaged',
      );
      assert.equal(reasonOf(await describeFile('xml.xlsx', workbookOf({ A: '<worksheet><row>' }))), 'damaged');
      assert.equal(
        reasonOf(await describeFile('old.xlsx', Buffer.from('d0cf11e0a1b11ae1'.padEnd(64, '0'), 'hex'))),
        'encrypted',
      );
      assert.equal(
        reasonOf(await describeFile('flag.xlsx', zipOf({ 'xl/workbook.xml': '<a/>' }, { encrypted: true }))),
        'encrypted',
      );
      const entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
      assert.equal(
        reasonOf(
          await describeFile('entities.xlsx', workbookOf({ A: entities + sheetXml(`<row>${inline('&b;')}</row>`) })),
        ),
        'damaged',
      );
    });

    it('are described or refused, whatever bytes are changed in them', async () => {
      const original = workbookOf({ A: sheetXml(`<row>${inline('a', 'b')}</row>`) });
      const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const changed = Buffer.from(original);
          for (const [at, byte] of changes) {
            changed[at] = byte;
          }
          const table = await describeFile('changed.xlsx', changed);
          assert.ok(table?.kind === 'workbook' || table?.kind === 'unreadable');
        }),
        { numRuns: 100 },
      );
    });
  });

  describe('other tables', () => {
    it('JSON has keys', async () => {
      assert.deepEqual(await describeFile('a.json', '[{"a":1,"b":2},{}]'), {
        kind: 'json',
        shape: 'array',
        keys: { first: ['a', 'b'], total: 2 },
        elements: { value: 2, certainty: 'exact' },
      });
      assert.deepEqual(await describeFile('b.jsonl', '{"a":1}\n{"a":2}\n'), {
        kind: 'json',
        shape: 'lines',
        keys: { first: ['a'], total: 1 },
        elements: { value: 2, certainty: 'exact' },
      });
      assert.equal((await describeFile('c.json', '{"x":[1]}'))?.kind, 'json');
      assert.equal(await describeFile('d.json', '42'), null);
      assert.equal(reasonOf(await describeFile('e.json', '{"a":')), 'damaged');
    });

    it('Parquet has columns and rows in its footer, or is damaged', async () => {
      // FileMetaData in Thrift's compact protocol, without row groups: https://github.com/apache/parquet-format
      const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
      const column = (text: string): number[] => [0x15, 4, 0x25, 2, 0x18, ...name(text), 0];
      const schema = [0x48, ...name('root'), 0x15, 4, 0, ...column('id'), ...column('name')];
      const footer = Buffer.from([0x15, 2, 0x19, 0x3c, ...schema, 0x16, 4, 0x19, 0x0c, 0]);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      const file = Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]);
      assert.deepEqual(await describeFile('b.parquet', file), {
        kind: 'parquet',
        columns: { first: ['id', 'name'], total: 2 },
        rows: { value: 2, certainty: 'exact' },
      });
      length.writeUInt32LE(0x7fffffff);
      assert.equal(
        reasonOf(await describeFile('c.parquet', Buffer.concat([footer, length, Buffer.from('PAR1')]))),
        'damaged',
      );
      assert.equal(reasonOf(await describeFile('a.parquet', 'PAR1 nothing PAR1')), 'damaged');
    });
  });

  it('stops when it is cancelled', async () => {
    const path = join(folder, 'a.csv');
    await assert.rejects(
      describeTable('a.csv', () => openRegularFile(path), { signal: AbortSignal.abort() }),
      { code: 'cancelled' },
    );
  });

  it('gives up on a file that does not answer', async () => {
    const table = await describeTable('a.csv', () => new Promise(() => undefined), { milliseconds: 20 });
    assert.equal(reasonOf(table), 'slow');
  });
});
