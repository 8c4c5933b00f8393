// A page to try queries on in development: one file, no foreign host, no packages. GraphiQL would bring 18 MB of them.
import { createHash } from 'node:crypto';
import { Controller, Get, Header } from '@nestjs/common';

const STYLE = `
  body { margin: 0; font: 14px system-ui; display: grid; grid-template: auto 1fr / 1fr 1fr; height: 100vh; color: #1d2733 }
  header { grid-column: 1 / 3; padding: 8px 12px; background: #12343b; color: #fff; display: flex; gap: 12px; align-items: center }
  header b { margin-right: auto } textarea, pre { font: 13px ui-monospace, monospace; box-sizing: border-box; width: 100%; margin: 0; padding: 12px; border: 0 }
  #query { height: 65%; resize: none } #variables { height: 35%; resize: none; border-top: 1px solid #ccd } section { display: flex; flex-direction: column; min-height: 0 }
  pre { overflow: auto; background: #f6f8f9; height: 100% }
`;

const SCRIPT = `
  const by = (id) => document.getElementById(id);
  const post = async (path, body, headers = {}) => (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })).json();
  async function graphql(query, variables) {
    const { token } = await post('/dev/token', { role: by('role').value });
    return post('/graphql', { query, variables }, { authorization: 'Bearer ' + token });
  }
  async function run() {
    by('answer').textContent = '…';
    try { by('answer').textContent = JSON.stringify(await graphql(by('query').value, JSON.parse(by('variables').value || '{}')), null, 2); }
    catch (error) { by('answer').textContent = String(error); }
    sessionStorage.setItem('query', by('query').value);
  }
  async function fields() {
    const type = '{ name kind ofType { name kind ofType { name kind ofType { name kind } } } }';
    const { data } = await graphql('{ __schema { types { kind name description fields { name description args { name type ' + type + ' } type ' + type + ' } inputFields { name type ' + type + ' } enumValues { name } } } }');
    const text = (t) => t.kind === 'NON_NULL' ? text(t.ofType) + '!' : t.kind === 'LIST' ? '[' + text(t.ofType) + ']' : t.name;
    const args = (list) => list.length ? '(' + list.map((a) => a.name + ': ' + text(a.type)).join(', ') + ')' : '';
    by('answer').textContent = data.__schema.types.filter((t) => !t.name.startsWith('__')).map((t) => t.kind.toLowerCase() + ' ' + t.name + '\\n' +
      [...(t.fields ?? []).map((f) => '  ' + f.name + args(f.args) + ': ' + text(f.type)), ...(t.inputFields ?? []).map((f) => '  ' + f.name + ': ' + text(f.type)), ...(t.enumValues ?? []).map((v) => '  ' + v.name)].join('\\n')).join('\\n\\n');
  }
  by('run').onclick = run;
  by('schema').onclick = fields;
  document.onkeydown = (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(); };
  by('query').value = sessionStorage.getItem('query') ?? '{\\n  viewer { subject role }\\n  issuers { id code legalName }\\n}\\n';
`;

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const POLICY = `default-src 'none'; connect-src 'self'; script-src ${hash(SCRIPT)}; style-src ${hash(STYLE)}; base-uri 'none'; form-action 'none'`;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Countinghouse: query console</title><style>${STYLE}</style>
<header><b>Countinghouse: query console</b><label>role <select id="role"><option>admin<option>accountant<option>billing<option>viewer</select></label>
<button id="schema">Schema</button><button id="run">Run (Ctrl+Enter)</button></header>
<section><textarea id="query" spellcheck="false" aria-label="query"></textarea><textarea id="variables" spellcheck="false" aria-label="variables" placeholder="variables as JSON"></textarea></section>
<section><pre id="answer"></pre></section><script>${SCRIPT}</script></html>`;

@Controller()
export class QueryConsoleController {
  @Get('graphiql')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', POLICY)
  page(): string {
    return PAGE;
  }
}
