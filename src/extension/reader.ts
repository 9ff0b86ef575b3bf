// The third bundle: reading Markdown and transcripts, small, so that code lenses never wait for the engine.
export { codeBlocks, kernelLanguage } from '../core/chat/codeBlocks.ts';
export { labelOfMessages } from '../core/chat/labels.ts';
export { parseTranscript } from '../core/chat/transcript.ts';
