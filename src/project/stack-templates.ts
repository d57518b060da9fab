/** Workflows for what people build with. Each needs what its stack needs; nothing in them is made up. */

export const NODE = `description: Install, check, test and build a package of Node.

on:
  files: { paths: [src/**, test/**, package.json] }

steps:
  install:
    run: npm ci
    # Not again, as long as these say the same.
    cache: { inputs: [package.json, package-lock.json] }

  # Side by side; "--if-present" leaves out what the package does not have.
  lint:
    needs: install
    run: npm run lint --if-present
  types:
    needs: install
    run: npm run typecheck --if-present
    problem_matcher: $tsc
  test:
    needs: install
    timeout: 10m
    run: npm test

  build:
    needs: [lint, types, test]
    run: npm run build --if-present
`;

export const PYTHON = `description: Set up an environment, check and test a package of Python.

on:
  files: { paths: ['**/*.py', requirements*.txt, pyproject.toml] }

steps:
  environment:
    run: |
      test -d .venv || python3 -m venv .venv
      if [ -f requirements.txt ]; then .venv/bin/pip install -q -r requirements.txt; fi
    timeout: 10m

  # Every file can be read at all.
  compile:
    needs: environment
    run: .venv/bin/python -m compileall -q -x '[.]venv' .

  # Put "-m pytest" here where you use it.
  test:
    needs: environment
    timeout: 10m
    run: .venv/bin/python -m unittest discover
    # Exit code 5: there are no tests yet.
    continue_on_error: { exit_codes: [5] }

  report:
    needs: [compile, test]
    run: echo "tests" \${{ steps.test.outcome }}
`;

export const RELEASE = `description: Check, ask, then tag a version.

inputs:
  version: { type: string, default: 0.1.0, description: What comes after the v of the tag }

concurrency: { group: release }

steps:
  clean:
    run: |
      test -z "$(git status --porcelain --untracked-files=no)" || { echo "Commit your changes first."; exit 1; }

  free:
    run: |
      ! git rev-parse -q --verify "refs/tags/v"\${{ inputs.version }} >/dev/null

  changes:
    needs: [clean, free]
    run: |
      last=$(git describe --tags --abbrev=0 2>/dev/null || true)
      git log --oneline \${last:+"$last.."}HEAD

  approve:
    needs: changes
    gate:
      approval: Tag this as v\${{ inputs.version }}?
      timeout: 2h
      on_timeout: reject

  tag:
    needs: approve
    run: git tag -a "v"\${{ inputs.version }} -m "Version "\${{ inputs.version }}
`;

export const BACKUP = `description: Pack a folder away every night, look whether it can be read, and keep the last seven.

inputs:
  folder: { type: string, default: ., description: What to keep }
  to: { type: string, default: backups, description: Where to }

on:
  schedule: { cron: 30 2 * * *, catch_up: last }

env:
  TO: \${{ inputs.to }}

steps:
  pack:
    retry: { max: 2, delay: 1m }
    run: |
      mkdir -p "$TO"
      file="$TO/backup-$(date +%Y%m%d-%H%M%S).tar.gz"
      tar -czf "$file" --exclude=./.baton --exclude="./$TO" -C \${{ inputs.folder }} .
      echo "file=$file" >> "$BATON_OUTPUT"

  # A backup that nobody can read is none.
  verify:
    run: tar -tzf \${{ steps.pack.outputs.file }} > /dev/null

  tidy:
    needs: verify
    run: ls -1t "$TO"/backup-*.tar.gz | tail -n +8 | while read -r old; do rm -- "$old"; done
`;

export const AGENT_REVIEW = `description: An agent reads what changed, a person decides about it.

inputs:
  agent: { type: string, default: cat, description: 'A program that reads a change and writes a review' }

env:
  AGENT: \${{ inputs.agent }}

steps:
  change:
    run: |
      git diff HEAD > .change.diff
      test -s .change.diff || echo "nothing changed" > .change.diff

  review:
    needs: change
    timeout: 15m
    run: |
      $AGENT < .change.diff > review.md
      cat review.md

  sign_off:
    needs: review
    gate:
      approval: Does the review (review.md) let this pass?

  accepted:
    needs: sign_off
    run: echo "accepted, as" \${{ steps.sign_off.outputs.by }} "said"

finally:
  tidy:
    run: rm -f .change.diff
`;
