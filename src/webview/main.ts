import type { StepId } from '../model/workflow.ts';
import type { GraphView, NodeStatus, RunSummary } from '../views/graph-view.ts';
import { centred, fitted, panned, revealing, showsAll, zoomed, type Camera, type Size } from './camera.ts';
import { cardSize, GROUP_PADDING, type Wording } from './card.ts';
import { DetailCard } from './detail-card.ts';
import { Frame } from './frame.ts';
import { watchGestures } from './gestures.ts';
import { HistoryView } from './history-view.ts';
import { connect } from './host.ts';
import { layoutNested } from './layout-groups.ts';
import type { Direction } from './layout.ts';
import { Minimap } from './minimap.ts';
import type { HostMessage, PanelState, PanelView } from './protocol.ts';
import { paint } from './paint.ts';
import { ruler } from './ruler.ts';
import { Scene, stepAt, switchAt, type Picture } from './scene.ts';
import { changesInWords, runInWords } from './speech.ts';
import { TimelineView } from './timeline-view.ts';
import { walk, type Arrow } from './walk.ts';
import { translated, WORDS, type Words } from './words.ts';

const ZOOM_STEP = 1.25;
const TICK_MS = 1000;
/** Changes that come this close together are told in one breath. */
const SAY_AFTER_MS = 700;

/** So long the pointer rests on a step before more is told of it. */
const TELL_AFTER_MS = 450;
const HIDE_AFTER_MS = 250;

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
  readonly #timeline = new TimelineView((step) => this.#host.post({ type: 'act', step, action: 'log' }));
  readonly #history = new HistoryView((run) => this.#host.post({ type: 'show-run', run }));
  readonly #detail = new DetailCard((step, action) => {
    this.#host.post({ type: 'act', step, action });
    this.#detail.hide();
  });
  readonly #minimap = new Minimap((point) => this.#look(centred(this.#camera, point, this.#viewSize)));
  #view: PanelView = 'graph';
  #showsPath = false;
  /** Groups that were opened or closed. */
  #toggled = new Set<StepId>();
  /** The moment that is shown instead of now; 0: now. */
  #moment = 0;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #asked: StepId | undefined;
  #hits: readonly StepId[] = [];
  #hit = 0;

  constructor() {
    const stage = this.#scene.stage;
    const pages = { timeline: this.#timeline.element, history: this.#history.element };
    this.#frame = new Frame(stage, pages, {
      run: () => this.#host.post({ type: 'run' }),
      stop: () => this.#host.post({ type: 'stop' }),
      zoomIn: () => this.#zoom(ZOOM_STEP),
      zoomOut: () => this.#zoom(1 / ZOOM_STEP),
      fit: () => this.#fit(),
      turn: () => this.#turn(),
      view: (view) => this.#showView(view),
      path: () => this.#togglePath(),
      find: (text, by) => this.#find(text, by),
      lookBack: (seq) => this.#host.post({ type: 'look-back', seq }),
      reveal: ({ steps: [step] }) => {
        if (step !== undefined) this.#reveal(step, { focus: true });
      },
    });
    watchGestures(stage, {
      pan: (dx, dy) => this.#look(panned(this.#camera, dx, dy)),
      zoom: (factor, around) => this.#look(zoomed(this.#camera, factor, around)),
    });
    document.body.append(this.#minimap.element, this.#detail.element);
    stage.addEventListener('pointerover', ({ target, buttons }) => {
      if (buttons === 0) this.#rest(stepAt(target));
    });
    stage.addEventListener('pointerout', () => this.#rest(undefined));
    this.#detail.element.addEventListener('pointerenter', () => clearTimeout(this.#telling));
    this.#detail.element.addEventListener('pointerleave', () => this.#rest(undefined));
    this.#detail.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      const { step } = this.#detail;
      this.#detail.hide();
      this.#focus(step);
    });
    stage.addEventListener('click', ({ target }) => {
      const group = switchAt(target);
      if (group === undefined) this.#open(stepAt(target));
      else this.#toggle(group);
    });
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
    this.#view = kept?.view ?? 'graph';
    this.#showsPath = kept?.path ?? false;
    this.#host.listen((message) => this.#take(message));
    this.#toggled = new Set(kept?.toggled);
    if (this.#toggled.size > 0) this.#host.post({ type: 'groups', toggled: [...this.#toggled] });
    this.#host.post({ type: 'ready' });
    if (this.#view !== 'graph') this.#host.post({ type: 'view', view: this.#view });
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
      case 'moment':
        this.#takeMoment(message);
        break;
      case 'timeline':
        this.#ahead = message.now - Date.now();
        this.#timeline.show(message, this.#words, this.#now());
        break;
      case 'history':
        this.#history.show(message.trend, message.current, this.#words);
        break;
      case 'detail':
        this.#takeDetail(message);
        break;
      case 'paint':
        void paint(message.svg).then((png) =>
          this.#host.post({ type: 'painted', number: message.number, ...(png !== undefined && { png }) }),
        );
        break;
      case 'show':
        this.#showView(message.view);
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
    const isOther = this.#message?.view.run?.id !== message.view.run?.id;
    if (isOther) this.#moment = 0;
    this.#run = message.view.run;
    // A plan has no timeline.
    if (this.#run === undefined && this.#view === 'timeline') this.#view = 'graph';
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
    if (this.#moment !== 0) return;
    const changed = nodes.filter((state) => this.#scene.cards.get(state.id)?.state?.status !== state.status);
    this.#scene.update(nodes, this.#wording());
    this.#showFrame();
    for (const state of changed) this.#unsaid.set(state.id, state);
    if (ended) this.#unsaidRun = run;
    this.#saySoon();
  }

  /** A moment of the past, or now again. Nothing moves, and nothing of it is news. */
  #takeMoment({ seq, nodes, run, afterMs }: HostMessage & { readonly type: 'moment' }): void {
    this.#moment = seq;
    // What a group holds now may not have been there then.
    const there = new Set(nodes.map(({ id }) => id));
    const ahead = [...this.#scene.cards.keys()].filter((id) => !there.has(id));
    const pending = ahead.map((id): NodeStatus => ({ id, status: 'pending', detail: '' }));
    this.#scene.update([...nodes, ...pending], this.#wording());
    this.#frame.lookedBack(seq, this.#message?.facts ?? 1, afterMs, this.#words);
    if (seq === 0) this.#run = run;
  }

  #showView(view: PanelView): void {
    this.#view = view;
    this.#detail.hide();
    this.#host.post({ type: 'view', view });
    this.#showFrame();
    this.#showMinimap();
    if (view === 'graph') this.#resized();
    this.#keep();
  }

  #togglePath(): void {
    this.#showsPath = !this.#showsPath;
    this.#scene.showPath(this.#showsPath ? this.#message?.view.path : undefined);
    this.#showFrame();
    this.#keep();
  }

  /** Steps whose names hold the letters; `by` goes on to the next one. */
  #find(text: string | undefined, by: 1 | -1 | 0): void {
    const wanted = text?.trim().toLowerCase() ?? '';
    const nodes = this.#message?.view.nodes ?? [];
    const isHit = (name: string) => name.toLowerCase().includes(wanted);
    this.#hits =
      wanted === '' ? [] : nodes.flatMap(({ id, label }) => (isHit(id) || isHit(label) ? [id] : []));
    const count = this.#hits.length;
    this.#hit = by === 0 || count === 0 ? 0 : (this.#hit + by + count) % count;
    this.#scene.showFound(wanted === '' ? undefined : new Set(this.#hits));
    this.#frame.found(this.#hit + 1, count, this.#words);
    const step = this.#hits[this.#hit];
    if (step !== undefined) this.#reveal(step, { focus: false });
  }

  /** More is told of a step on which the pointer rests for a moment. */
  #rest(step: StepId | undefined): void {
    clearTimeout(this.#telling);
    if (step !== undefined && step === this.#detail.step) return;
    this.#telling = setTimeout(
      () => {
        if (step === undefined) this.#detail.hide();
        else this.#ask(step);
      },
      step === undefined ? HIDE_AFTER_MS : TELL_AFTER_MS,
    );
  }

  #ask(step: StepId): void {
    this.#asked = step;
    this.#host.post({ type: 'tell', step });
  }

  #takeDetail({ detail }: HostMessage & { readonly type: 'detail' }): void {
    if (detail.step !== this.#asked) return;
    const box = this.#scene.cards.get(detail.step)?.button.getBoundingClientRect();
    if (box === undefined) return;
    const byKey = document.activeElement === this.#scene.cards.get(detail.step)?.button;
    this.#detail.show(detail, box, this.#words);
    if (byKey && this.#wantsFocus) this.#detail.focus();
    this.#wantsFocus = false;
  }
  #wantsFocus = false;

  #showMinimap(): void {
    const { layout } = this.#picture ?? {};
    const isLarge = layout !== undefined && !showsAll(this.#camera, layout, this.#viewSize);
    this.#minimap.element.toggleAttribute('hidden', this.#view !== 'graph' || !isLarge);
    this.#minimap.look(this.#camera, this.#viewSize);
  }

  /** Lays out and draws; the only place where anything moves. */
  #draw(message: GraphMessage): void {
    const before = this.#picture;
    const { view } = message;
    const direction = this.#chosen ?? message.direction;
    const size = cardSize(view.nodes, this.#ruler);
    const layout = layoutNested({
      nodes: view.nodes.map(({ id, within }) => ({ id, ...size, ...(within !== undefined && { within }) })),
      edges: view.edges.map((edge) => ({ ...edge, back: edge.kind === 'rewind' || edge.kind === 'loop' })),
      direction,
      padding: GROUP_PADDING,
      ...(before?.view.workflow === view.workflow &&
        before.direction === direction && { before: placesIn(before) }),
    });
    const picture: Picture = { view, layout, direction };
    this.#message = message;
    this.#picture = picture;
    this.#showFrame(); // before the drawing: only a stage that is shown has a size
    this.#measure();
    this.#scene.draw(picture, this.#wording());
    this.#scene.showPath(this.#showsPath ? view.path : undefined);
    this.#minimap.draw(layout);
    this.#detail.hide();
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
    this.#scene.look(camera, this.#viewSize);
    this.#frame.scale(camera.scale);
    this.#detail.hide();
    this.#showMinimap();
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
    if (event.key === ' ' && this.#scene.cards.get(step)?.node.group !== undefined) this.#toggle(step);
    else if (event.key === 'Enter' || event.key === ' ') this.#open(step);
    else if (event.key === 'i') {
      this.#wantsFocus = true;
      this.#ask(step);
    } else if (isArrow(event.key)) this.#walk(step, event.key);
    else if (event.key === 'Home' || event.key === 'End') this.#focusEdge(event.key);
    else return;
    event.preventDefault();
  }

  /** Opens a group or closes it: the host then sends what it holds. */
  #toggle(step: StepId): void {
    if (!this.#toggled.delete(step)) this.#toggled.add(step);
    this.#keep();
    this.#host.post({ type: 'groups', toggled: [...this.#toggled] });
  }

  #walk(step: StepId, arrow: Arrow): void {
    if (this.#picture === undefined) return;
    const { layout, view, direction } = this.#picture;
    // Among those of the same group; where it ends, from the group on.
    const within = new Map(view.nodes.map((node) => [node.id, node.within]));
    for (let at: StepId | undefined = step; at !== undefined; at = within.get(at)) {
      const beside = layout.nodes.filter(({ id }) => within.get(id) === within.get(at ?? step));
      const found = walk({ nodes: beside, edges: view.edges, direction }, at, arrow);
      if (found === undefined) continue;
      this.#focus(found);
      return;
    }
  }

  #focusEdge(key: 'Home' | 'End'): void {
    const cards = [...this.#scene.stage.querySelectorAll<SVGGElement>('.card')];
    this.#focus(cards.at(key === 'Home' ? 0 : -1)?.dataset['step']);
  }

  #focus(step: StepId | undefined): void {
    if (step !== undefined) this.#scene.cards.get(step)?.button.focus({ preventScroll: true });
  }

  #viewKey(event: KeyboardEvent): void {
    if (this.#picture === undefined || this.#view !== 'graph') return;
    const finds = (event.ctrlKey || event.metaKey) && event.key === 'f';
    if (finds || (event.key === '/' && !hasModifier(event))) {
      if (event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      this.#frame.openSearch();
      return;
    }
    if (hasModifier(event) || event.target instanceof HTMLInputElement) return;
    if (event.key === 'c') this.#togglePath();
    else if (event.key === '+' || event.key === '=') this.#zoom(ZOOM_STEP);
    else if (event.key === '-') this.#zoom(1 / ZOOM_STEP);
    else if (event.key === '0') this.#fit();
    else return;
    event.preventDefault();
  }

  #tick(): void {
    if (document.hidden || this.#picture === undefined) return;
    if (this.#view === 'timeline') this.#timeline.tick(this.#words, this.#now());
    if (this.#moment === 0) this.#scene.tick(this.#wording());
    if (this.#run?.status === 'running') this.#showFrame();
  }

  #showFrame(): void {
    if (this.#message === undefined || this.#picture === undefined) return;
    const { view, canRun, facts } = this.#message;
    this.#frame.show({
      title: view.title,
      problems: view.problems,
      view: this.#view,
      showsPath: this.#showsPath,
      ...(facts !== undefined && { facts }),
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
      ...(this.#view !== 'graph' && { view: this.#view }),
      ...(this.#showsPath && { path: true }),
      ...(this.#toggled.size > 0 && { toggled: [...this.#toggled] }),
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

/** Where each card stands across the direction of the run. */
function placesIn({ layout: { nodes }, direction }: Picture): ReadonlyMap<StepId, number> {
  return new Map(
    nodes.map(({ id, x, y, width, height }) => [id, direction === 'right' ? y + height / 2 : x + width / 2]),
  );
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
