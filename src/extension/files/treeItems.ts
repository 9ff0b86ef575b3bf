// How a node looks: label, description, icon, tooltip, and what a click does.
import { join, posix } from 'node:path';
import * as vscode from 'vscode';
import { absoluteTime, countText, relativeTime, sizeText } from '../names.ts';
import { fileUri } from '../uris.ts';
import {
  nodeId,
  type AttachmentNode,
  type ChatNode,
  type FileNode,
  type LiveNode,
  type MessageNode,
  type Node,
  type OlderNode,
  type VersionNode,
} from './nodes.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

const lines = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join('\n');
const dots = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join(' · ');

const chatItem = ({ chat, isOpenAtFirst }: ChatNode): vscode.TreeItem => {
  // A file's path is its chat's id: its last part is what people know.
  const found = new vscode.TreeItem(chat.title ?? posix.basename(chat.chat_id), isOpenAtFirst ? Expanded : Collapsed);
  found.description = dots(countText('file', chat.total_files), relativeTime(Date.parse(chat.updated_at)));
  found.iconPath = new vscode.ThemeIcon('comment-discussion');
  found.tooltip = lines(
    chat.title ?? undefined,
    chat.chat_id,
    dots(countText('message', chat.messages), countText('file', chat.total_files)),
  );
  return found;
};

const olderItem = ({ chat, from, most }: OlderNode): vscode.TreeItem => {
  const found = new vscode.TreeItem(
    chat
      ? vscode.l10n.t('Older messages {0} to {1}', from + 1, from + most)
      : vscode.l10n.t('Older chats {0} to {1}', from + 1, from + most),
    Collapsed,
  );
  found.iconPath = new vscode.ThemeIcon('history');
  return found;
};

const messageItem = ({ message, isOpenAtFirst }: MessageNode, isRunning: boolean): vscode.TreeItem => {
  const found = new vscode.TreeItem(message.label ?? message.key.messageId, isOpenAtFirst ? Expanded : Collapsed);
  found.description = dots(
    isRunning ? vscode.l10n.t('running') : undefined,
    countText('file', message.files),
    relativeTime(message.lastUsedAt),
  );
  found.iconPath = new vscode.ThemeIcon(isRunning ? 'sync~spin' : 'comment');
  found.tooltip = lines(
    message.label ?? undefined,
    message.key.messageId,
    absoluteTime(message.lastUsedAt),
    `/mnt/data = ${message.path}`,
  );
  return found;
};

const attachmentItem = ({ message, attachment: { record, attachedAt } }: AttachmentNode): vscode.TreeItem => {
  const uri = vscode.Uri.file(join(message.message.path, record.relativePath));
  const found = new vscode.TreeItem(record.relativePath);
  found.resourceUri = uri;
  found.iconPath = new vscode.ThemeIcon('attach');
  found.description = dots(vscode.l10n.t('attached'), sizeText(record.size));
  found.tooltip = lines(
    `/mnt/data/${record.relativePath}`,
    vscode.l10n.t('Attached {0}, from {1}', absoluteTime(attachedAt), record.sourcePath),
    sizeText(record.size),
  );
  found.command = { title: vscode.l10n.t('Open'), command: 'vscode.open', arguments: [uri] };
  return found;
};

const fileItem = (node: FileNode): vscode.TreeItem => {
  const { file } = node;
  const folder = posix.dirname(file.path.slice('/mnt/data/'.length));
  const found = new vscode.TreeItem(file.name, file.versions > 1 ? Collapsed : None);
  found.resourceUri = fileUri(file.id, file.name);
  found.iconPath = vscode.ThemeIcon.File;
  found.description = dots(
    folder === '.' ? undefined : folder,
    sizeText(file.size),
    relativeTime(Date.parse(file.modified_at)),
  );
  found.tooltip = lines(
    file.path,
    dots(file.format, sizeText(file.size)),
    absoluteTime(Date.parse(file.modified_at)),
    file.versions > 1 ? countText('version', file.versions) : undefined,
  );
  found.command = { title: vscode.l10n.t('Open'), command: 'codeInterpreter.openFile', arguments: [node] };
  return found;
};

const versionItem = (node: VersionNode): vscode.TreeItem => {
  const { file } = node;
  const at = Date.parse(file.modified_at);
  const found = new vscode.TreeItem(vscode.l10n.t('Version of {0}', absoluteTime(at)));
  found.iconPath = new vscode.ThemeIcon('history');
  found.description = sizeText(file.size);
  found.tooltip = lines(file.path, dots(file.format, sizeText(file.size)), absoluteTime(at));
  found.command = { title: vscode.l10n.t('Open'), command: 'codeInterpreter.openFile', arguments: [node] };
  return found;
};

const liveItem = ({ live }: LiveNode): vscode.TreeItem => {
  const found = new vscode.TreeItem(live.relativePath);
  found.iconPath = new vscode.ThemeIcon('loading~spin');
  found.description = dots(vscode.l10n.t('being written'), sizeText(live.size));
  found.tooltip = lines(`/mnt/data/${live.relativePath}`, vscode.l10n.t('It is kept when the run ends.'));
  return found;
};

const itemOf = (node: Node, isRunning: boolean): vscode.TreeItem => {
  switch (node.kind) {
    case 'chat':
      return chatItem(node);
    case 'older':
      return olderItem(node);
    case 'message':
      return messageItem(node, isRunning);
    case 'attachment':
      return attachmentItem(node);
    case 'file':
      return fileItem(node);
    case 'version':
      return versionItem(node);
    case 'live':
      return liveItem(node);
  }
};

const labelOf = ({ label }: vscode.TreeItem): string => (typeof label === 'string' ? label : (label?.label ?? ''));

/** @param isRunning - of a message: whether code runs in it */
export const treeItem = (node: Node, isRunning: boolean): vscode.TreeItem => {
  const found = itemOf(node, isRunning);
  found.id = nodeId(node);
  found.contextValue = node.kind;
  // Without it a screen reader is given the tooltip.
  found.accessibilityInformation = { label: [labelOf(found), found.description].filter(Boolean).join(', ') };
  return found;
};
