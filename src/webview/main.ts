import type { StepId } from '../model/workflow.ts';
import type { GraphView, NodeStatus, RunSummary } from '../views/graph-view.ts';
import { fitted, panned, revealing, showsAll, zoomed, type Camera, type Size } from './camera.ts';
import { cardSize, type Wording } from './card.ts';
import { Frame } from './frame.ts';
import { watchGestures } from './gestures.ts';
import { connect } from './host.ts';
import { layoutGraph, type Direction } from './layout.ts';
import type { HostMessage, PanelState } from './protocol.ts';
import { ruler } from './ruler.ts';
import { Scene, stepAt, type Picture } from './scene.ts';
import { changesInWords, runInWords } from './speech.ts';
import { walk, type Arrow } from './walk.ts';
import { translated, WORDS, type Words } from './words.ts';

const ZOOM_STEP = 1.25;
const TICK_MS = 1000;
/** Changes that come this close together are told in one breath. */
const SAY_AFTER_MS = 700;

type GraphMessage = HostMessage & { readonly type: 'graph' };

/** The page: takes messages, keeps what the person chose, and tells scene and frame what to show. */
class Panel {
  readonly #host = connect();
  readonly #scene = new Scene();
  readonly #frame: Frame;
  readonly #ruler = ruler();
  #words: Words = WORDS;
  #message: GraphMessage | undefined;
  #run: RunSummary | undefined;
  #picture: Picture | undefined;
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  #viewSize: Size = { width: 0, height: 0 };
  /** The camera follows the window until the person moves it. */
  #fits = true;
  #chosen: Direction | undefined;
  /** Host time less our own. */
  #ahead = 0;
  #unsaid = new Map<StepId, NodeStatus>();
  #unsaidRun: RunSummary | undefined;
  #saying = false;

  constructor() {
    const stage = this.#scene.stage;
    this.#frame = new Frame(stage, {
      run: () => this.#host.post({ type: 'run' }),
      stop: () => this.#host.post({ type: 'stop' }),
      zoomIn: () => this.#zoom(ZOOM_STEP),
      zoomOut: () => this.#zoom(1 / ZOOM_STEP),
      fit: () => this.#fit(),
      turn: () => this.#turn(),
      reveal: ({ steps: [step] }) => {
        if (step !== undefined) this.#reveal(step, { focus: true });
      },
    });
    watchGestures(stage, {
      pan: (dx, dy) => this.#look(panned(this.#camera, dx, dy)),
      zoom: (factor, around) => this.#look(zoomed(this.#camera, factor, around)),
    });
    stage.addEventListener('click', ({ target }) => this.#open(stepAt(target)));
    stage.addEventListener('keydown', (event) => this.#cardKey(event));
    document.addEventListener('focusin', ({ target }) => {
      const step = stepAt(target);
      if (step !== undefined && (target as Element).matches(':focus-visible')) this.#bringIntoView(step);
    });
    document.addEventListener('keydown', (event) => this.#viewKey(event));
    new ResizeObserver(() => this.#resized()).observe(stage);
    setInterval(() => this.#tick(), TICK_MS);
    const kept = this.#host.kept();
    this.#chosen = kept?.direction;
    this.#host.listen((message) => this.#take(message));
    this.#host.post({ type: 'ready' });
  }

  #take(message: HostMessage): void {
    switch (message.type) {
      case 'graph':
        this.#takeGraph(message);
        break;
      case 'status':
        this.#takeStatus(message);
        break;
      case 'empty':
        this.#picture = undefined;
        this.#message = undefined;
        this.#frame.empty(message.message, this.#words);
        break;
      case 'reveal':
        this.#reveal(message.step, { focus: false });
        break;
      case 'words':
        this.#words = translated(message.words);
        if (this.#message !== undefined) this.#draw(this.#message);
        break;
      default: // from a newer host
        break;
    }
  }

  #takeGraph(message: GraphMessage): void {
    this.#ahead = message.now - Date.now();
    this.#run = message.view.run;
    if (message.view.nodes.length === 0) {
      this.#picture = undefined;
      this.#message = undefined;
      this.#frame.empty(undefined, this.#words);
      return;
    }
    this.#draw(message);
  }

  #takeStatus({ nodes, run, now }: HostMessage & { readonly type: 'status' }): void {
    this.#ahead = now - Date.now();
    const ended = this.#run?.status === 'running' && run.status !== 'running';
    this.#run = run;
    this.#message &&= { ...this.#message, view: withStates(this.#message.view, nodes, run) };
    const changed = nodes.filter((state) => this.#scene.cards.get(state.id)?.state?.status !== state.status);
    this.#scene.update(nodes, this.#wording());
    this.#showFrame();
    for (const state of changed) this.#unsaid.set(state.id, state);
    if (ended) this.#unsaidRun = run;
    this.#saySoon();
  }

  /** Lays out and draws; the only place where anything moves. */
  #draw(message: GraphMessage): void {
    const before = this.#picture;
    const { view } = message;
    const direction = this.#chosen ?? message.direction;
    const size = cardSize(view.nodes, this.#ruler);
    const layout = layoutGraph({
      nodes: view.nodes.map(({ id }) => ({ id, ...size })),
      edges: view.edges.map((edge) => ({ ...edge, back: edge.kind === 'rewind' || edge.kind === 'loop' })),
      direction,
    });
    const picture: Picture = { view, layout, direction };
    this.#message = message;
    this.#picture = picture;
    this.#showFrame(); // before the drawing: only a stage that is shown has a size
    this.#measure();
    this.#scene.draw(picture, this.#wording());
    if (before === undefined) this.#firstLook(view.workflow);
    else if (before.view.workflow !== view.workflow || before.direction !== direction) this.#fit();
    else this.#lookAgain(before, picture);
  }

  /** As the person left it, when the page shows the same workflow again. */
  #firstLook(workflow: string): void {
    const kept = this.#host.kept();
    if (kept?.workflow === workflow && kept.camera !== undefined) this.#look(kept.camera);
    else this.#fit();
  }

  /** After an edit the step in the middle of attention stays where it was on the screen. */
  #lookAgain(before: Picture, after: Picture): void {
    const anchor = this.#anchor(before, after);
    const camera = anchor === undefined ? this.#camera : panned(this.#camera, anchor.dx, anchor.dy);
    if (this.#fits && !showsAll(camera, after.layout, this.#viewSize)) this.#fit();
    else this.#look(camera, { fits: this.#fits });
  }

  #anchor(before: Picture, after: Picture): { readonly dx: number; readonly dy: number } | undefined {
    const places = new Map(after.layout.nodes.map((node) => [node.id, node]));
    const view = this.#viewSize;
    const { x, y, scale } = this.#camera;
    const focused = stepAt(document.activeElement);
    let best: { dx: number; dy: number } | undefined;
    let least = Infinity;
    for (const node of before.layout.nodes) {
      const now = places.get(node.id);
      if (now === undefined) continue;
      const away = Math.hypot(x + node.x * scale - view.width / 2, y + node.y * scale - view.height / 2);
      const cost = node.id === focused ? -1 : away;
      if (cost >= least) continue;
      least = cost;
      best = { dx: (node.x - now.x) * scale, dy: (node.y - now.y) * scale };
    }
    return best;
  }

  #look(camera: Camera, { fits = false }: { readonly fits?: boolean } = {}): void {
    this.#camera = camera;
    this.#fits = fits;
    this.#scene.look(camera);
    this.#frame.scale(camera.scale);
    this.#keep();
  }

  #fit(): void {
    if (this.#picture !== undefined) this.#look(fitted(this.#picture.layout, this.#viewSize), { fits: true });
  }

  #zoom(factor: number): void {
    const { width, height } = this.#viewSize;
    this.#look(zoomed(this.#camera, factor, { x: width / 2, y: height / 2 }));
  }

  #turn(): void {
    if (this.#picture === undefined || this.#message === undefined) return;
    this.#chosen = this.#picture.direction === 'right' ? 'down' : 'right';
    this.#draw(this.#message);
  }

  #resized(): void {
    this.#measure();
    if (this.#fits) this.#fit();
  }

  #reveal(step: StepId, { focus }: { readonly focus: boolean }): void {
    const card = this.#scene.cards.get(step);
    this.#scene.mark(card === undefined ? undefined : step);
    if (card === undefined) return;
    this.#bringIntoView(step);
    if (focus) card.button.focus({ preventScroll: true });
  }

  #bringIntoView(step: StepId): void {
    const node = this.#picture?.layout.nodes.find(({ id }) => id === step);
    if (node === undefined) return;
    const camera = revealing(this.#camera, node, this.#viewSize);
    if (camera.x !== this.#camera.x || camera.y !== this.#camera.y) this.#look(camera);
  }

  #open(step: StepId | undefined): void {
    if (step !== undefined) this.#host.post({ type: 'open', step });
  }

  #cardKey(event: KeyboardEvent): void {
    const step = stepAt(event.target);
    if (step === undefined || hasModifier(event)) return;
    if (event.key === 'Enter' || event.key === ' ') this.#open(step);
    else if (isArrow(event.key)) this.#walk(step, event.key);
    else if (event.key === 'Home' || event.key === 'End') this.#focusEdge(event.key);
    else return;
    event.preventDefault();
  }

  #walk(step: StepId, arrow: Arrow): void {
    if (this.#picture === undefined) return;
    const { layout, view, direction } = this.#picture;
    this.#focus(walk({ nodes: layout.nodes, edges: view.edges, direction }, step, arrow));
  }

  #focusEdge(key: 'Home' | 'End'): void {
    const cards = [...this.#scene.stage.querySelectorAll<SVGGElement>('.card')];
    this.#focus(cards.at(key === 'Home' ? 0 : -1)?.dataset['step']);
  }

  #focus(step: StepId | undefined): void {
    if (step !== undefined) this.#scene.cards.get(step)?.button.focus({ preventScroll: true });
  }

  #viewKey(event: KeyboardEvent): void {
    if (hasModifier(event) || this.#picture === undefined) return;
    if (event.key === '+' || event.key === '=') this.#zoom(ZOOM_STEP);
    else if (event.key === '-') this.#zoom(1 / ZOOM_STEP);
    else if (event.key === '0') this.#fit();
    else return;
    event.preventDefault();
  }

  #tick(): void {
    if (document.hidden || this.#picture === undefined) return;
    this.#scene.tick(this.#wording());
    if (this.#run?.status === 'running') this.#showFrame();
  }

  #showFrame(): void {
    if (this.#message === undefined || this.#picture === undefined) return;
    const { view, canRun } = this.#message;
    this.#frame.show({
      title: view.title,
      problems: view.problems,
      ...(this.#run !== undefined && { run: this.#run }),
      canRun,
      direction: this.#picture.direction,
      scale: this.#camera.scale,
      states: view.nodes.map(({ state }) => state),
      now: this.#now(),
      words: this.#words,
    });
  }

  #saySoon(): void {
    if (this.#saying || (this.#unsaid.size === 0 && this.#unsaidRun === undefined)) return;
    this.#saying = true;
    setTimeout(() => {
      const changes = [...this.#unsaid.values()].map((state) => ({
        label: this.#scene.cards.get(state.id)?.node.label ?? state.id,
        state,
      }));
      const run = this.#unsaidRun === undefined ? '' : runInWords(this.#unsaidRun, this.#words);
      const text = [changesInWords(changes, this.#words), run].filter(Boolean).join('. ');
      this.#unsaid.clear();
      this.#unsaidRun = undefined;
      this.#saying = false;
      if (text !== '') this.#frame.say(text);
    }, SAY_AFTER_MS);
  }

  #keep(): void {
    if (this.#picture === undefined) return;
    const { view } = this.#picture;
    const state: PanelState = {
      workflow: view.workflow,
      ...(view.run !== undefined && { run: view.run.id }),
      ...(this.#chosen !== undefined && { direction: this.#chosen }),
      ...(!this.#fits && { camera: this.#camera }),
    };
    this.#host.keep(state);
  }

  /** Read before the drawing changes: afterwards the browser would have to lay all of it out to answer. */
  #measure(): void {
    const { clientWidth, clientHeight } = this.#scene.stage;
    this.#viewSize = { width: clientWidth, height: clientHeight };
  }

  #wording(): Wording {
    return { words: this.#words, ruler: this.#ruler, now: this.#now() };
  }

  #now(): number {
    return Date.now() + this.#ahead;
  }
}

/** What was drawn, brought up to date, so that drawing it anew (turned, translated) shows the present. */
function withStates(view: GraphView, states: readonly NodeStatus[], run: RunSummary): GraphView {
  const changed = new Map(states.map((state) => [state.id, state]));
  const nodes = view.nodes.map((node) => {
    const state = changed.get(node.id);
    return state === undefined ? node : { ...node, state };
  });
  return { ...view, nodes, run };
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

function isArrow(key: string): key is Arrow {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}

/** Lives as long as its page. */
export const panel = new Panel();
