/** What the same thing is called elsewhere, in small letters without `-` and `_`. */
const FOREIGN_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    after: 'needs',
    depends: 'needs',
    dependencies: 'needs',
    dependson: 'needs',
    deps: 'needs',
    requires: 'needs',
    jobs: 'steps',
    stages: 'steps',
    tasks: 'steps',
    always: 'finally',
    environment: 'env',
    variables: 'env',
    vars: 'env',
    envfile: 'dotenv',
    dir: 'cwd',
    workdir: 'cwd',
    workingdirectory: 'cwd',
    workingdir: 'cwd',
    enviroment: 'env',
    timeoutminutes: 'timeout',
    timeoutseconds: 'timeout',
    strategy: 'matrix',
    lang: 'language',
    interpreter: 'language',
    parameters: 'inputs',
    params: 'inputs',
    cmd: 'run',
    cmds: 'run',
    command: 'run',
    exec: 'run',
    uses: 'workflow',
    condition: 'if',
    allowfailure: 'continue_on_error',
    ignoreerrors: 'continue_on_error',
    retries: 'retry',
    title: 'name',
    withitems: 'for_each',
  }),
);

/** What a key is called here that people know from GitHub, GitLab, make and their like by another name. */
export function nativeKey(key: string): string | undefined {
  return FOREIGN_KEYS.get(key.toLowerCase().replace(/[-_ ]/g, ''));
}
