// File formats by extension: the name that people read, and the media type where mime-types has none or a wrong one.

/** What a file is, in one word for people. */
export type FormatName =
  | 'Excel'
  | 'CSV'
  | 'PDF'
  | 'Word'
  | 'PowerPoint'
  | 'OpenDocument'
  | 'Image'
  | 'Audio'
  | 'Video'
  | 'Text'
  | 'Markdown'
  | 'HTML'
  | 'JSON'
  | 'XML'
  | 'YAML'
  | 'Notebook'
  | 'Code'
  | 'Parquet'
  | 'Arrow'
  | 'Database'
  | 'Pickle'
  | 'NumPy'
  | 'HDF5'
  | 'Data'
  | 'Model'
  | 'Map'
  | 'Archive'
  | 'Font'
  | 'Email'
  | 'Calendar'
  | 'Book'
  | 'Other';

const byFormat: Partial<Record<FormatName, string>> = {
  Excel: 'xlsx xlsm xlsb xls xltx xltm xlam',
  CSV: 'csv tsv tab psv',
  PDF: 'pdf',
  Word: 'docx docm doc dotx dotm rtf',
  PowerPoint: 'pptx pptm ppt ppsx ppsm potx',
  OpenDocument: 'ods odt odp odg odf fods fodt',
  Image: 'png jpg jpeg jpe gif webp bmp tif tiff svg svgz avif heic heif ico psd eps ps jxl jp2 ppm pgm pbm xbm xpm',
  Audio: 'mp3 wav flac ogg oga opus m4a aac mid midi wma aif aiff',
  Video: 'mp4 mov webm mkv avi mpeg mpg m4v ogv wmv flv 3gp',
  Text: 'txt log text out err srt vtt rst tex bib ini cfg conf properties toml env diff patch',
  Markdown: 'md markdown qmd rmd',
  HTML: 'html htm xhtml mhtml',
  JSON: 'json jsonl ndjson json5 jsonc',
  XML: 'xml xsd xsl xslt rss atom graphml drawio',
  YAML: 'yaml yml',
  Notebook: 'ipynb',
  Code: 'py pyi pyx ipy r jl js mjs cjs jsx ts mts cts tsx java c h cc cpp cxx hpp hh cs go rs rb php sh bash zsh fish ps1 bat cmd sql scala kt kts swift lua pl pm m f f90 hs clj ex exs erl dart groovy css scss sass less vue svelte do sas dockerfile mk cmake dot gv',
  Parquet: 'parquet pq',
  Arrow: 'feather arrow arrows ipc',
  Database: 'db db3 sqlite sqlite3 s3db duckdb ddb mdb accdb gpkg',
  Pickle: 'pkl pickle joblib dill',
  NumPy: 'npy npz',
  HDF5: 'h5 hdf5 hdf he5',
  Data: 'nc mat rds rdata rda sav dta sas7bdat xpt avro orc dat bin msgpack zarr las laz',
  Model: 'pt pth onnx safetensors ckpt gguf keras tflite pmml stl obj glb gltf ply fbx 3mf step dxf',
  Map: 'geojson topojson kml kmz gpx shp shx dbf prj gml',
  Archive: 'zip tar tgz tbz2 txz gz bz2 xz zst lz4 7z rar jar whl deb rpm iso',
  Font: 'ttf otf woff woff2 eot',
  Email: 'eml msg mbox',
  Calendar: 'ics vcf',
  Book: 'epub mobi azw3',
};

/** By extension in lower case, without its dot. */
export const formatByExtension: ReadonlyMap<string, FormatName> = new Map(
  (Object.entries(byFormat) as [FormatName, string][]).flatMap(([format, extensions]) =>
    extensions.split(' ').map((extension): [string, FormatName] => [extension, format]),
  ),
);

/** Names without an extension that say what they are. In lower case. */
export const formatByFullName: ReadonlyMap<string, FormatName> = new Map([
  ['makefile', 'Code'],
  ['dockerfile', 'Code'],
  ['rakefile', 'Code'],
  ['gemfile', 'Code'],
  ['readme', 'Text'],
  ['license', 'Text'],
  ['changelog', 'Text'],
]);

/** Media types that mime-types lacks, or has for another use of the extension (`.ts` is a video stream there, `.dot` a Word template). */
export const mediaTypeByExtension: ReadonlyMap<string, string> = new Map([
  ['tab', 'text/tab-separated-values'],
  ['psv', 'text/csv'],
  ['jsonl', 'application/jsonl'],
  ['ndjson', 'application/x-ndjson'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['pq', 'application/vnd.apache.parquet'],
  ['feather', 'application/vnd.apache.arrow.file'],
  ['arrow', 'application/vnd.apache.arrow.file'],
  ['ipc', 'application/vnd.apache.arrow.file'],
  ['arrows', 'application/vnd.apache.arrow.stream'],
  ['avro', 'application/vnd.apache.avro'],
  ['orc', 'application/vnd.apache.orc'],
  ['db', 'application/octet-stream'],
  ['sqlite', 'application/vnd.sqlite3'],
  ['sqlite3', 'application/vnd.sqlite3'],
  ['s3db', 'application/vnd.sqlite3'],
  ['db3', 'application/vnd.sqlite3'],
  ['gpkg', 'application/geopackage+sqlite3'],
  ['h5', 'application/x-hdf5'],
  ['hdf5', 'application/x-hdf5'],
  ['hdf', 'application/x-hdf'],
  ['tgz', 'application/gzip'],
  ['zst', 'application/zstd'],
  ['whl', 'application/zip'],
  ['tbz2', 'application/x-bzip2'],
  ['txz', 'application/x-xz'],
  ['py', 'text/x-python'],
  ['pyi', 'text/x-python'],
  ['ipy', 'text/x-python'],
  ['r', 'text/x-r'],
  ['jl', 'text/x-julia'],
  ['ts', 'text/x-typescript'],
  ['mts', 'text/x-typescript'],
  ['cts', 'text/x-typescript'],
  ['tsx', 'text/x-typescript'],
  ['cjs', 'text/javascript'],
  ['hpp', 'text/x-c++'],
  ['cs', 'text/x-csharp'],
  ['go', 'text/x-go'],
  ['rs', 'text/x-rust'],
  ['rb', 'text/x-ruby'],
  ['bash', 'application/x-sh'],
  ['zsh', 'application/x-sh'],
  ['scala', 'text/x-scala'],
  ['kt', 'text/x-kotlin'],
  ['swift', 'text/x-swift'],
  ['sql', 'application/sql'],
  ['dot', 'text/vnd.graphviz'],
  ['rst', 'text/x-rst'],
  ['bib', 'text/x-bibtex'],
  ['qmd', 'text/markdown'],
  ['rmd', 'text/markdown'],
  ['diff', 'text/x-diff'],
  ['patch', 'text/x-diff'],
]);
