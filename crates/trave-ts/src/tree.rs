//! One file's syntax as a flat list: copied from tree-sitter in a single walk, without the tokens
//! that tell nothing, so that lowering is plain safe code over a slice.

use trave_source::Span;
use tree_sitter::TreeCursor;

use crate::kind::{Kind, Kinds};

/// A node in the flat list; what is inside it follows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw {
    kind: Kind,
    start: u32,
    end: u32,
    /// Index of the first node after this one and everything in it.
    next: u32,
}

const NOTHING: Raw = Raw { kind: Kind::Skip, start: 0, end: 0, next: u32::MAX };

/// What a walk over the tree found besides nodes.
#[derive(Debug, Default)]
pub(crate) struct Extras {
    /// ERROR nodes.
    pub(crate) errors: Vec<Span>,
    /// Comments.
    pub(crate) comments: Vec<Span>,
}

/// Copies the tree under the cursor into `nodes`.
pub(crate) fn flatten(cursor: &mut TreeCursor<'_>, kinds: &Kinds, nodes: &mut Vec<Raw>) -> Extras {
    nodes.clear();
    let mut walk = Walk { kinds, nodes, extras: Extras::default(), open: Vec::new() };
    loop {
        if walk.enter(cursor) {
            if cursor.goto_first_child() {
                continue;
            }
            walk.leave();
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return walk.extras;
            }
            walk.leave();
        }
    }
}

struct Walk<'w> {
    kinds: &'w Kinds,
    nodes: &'w mut Vec<Raw>,
    extras: Extras,
    /// The nodes around the cursor, outermost first.
    open: Vec<(Kind, usize)>,
}

impl Walk<'_> {
    /// Takes the node under the cursor; says whether its children are wanted.
    fn enter(&mut self, cursor: &TreeCursor<'_>) -> bool {
        let node = cursor.node();
        let around = self.open.last().map_or(Kind::Skip, |(kind, _)| *kind);
        let kind = refine(self.kinds.get(node.kind_id()), around);
        if kind == Kind::Skip {
            return false;
        }
        let span = Span::new(node.start_byte(), node.end_byte());
        if kind == Kind::Comment {
            self.extras.comments.push(span);
            return false;
        }
        if kind == Kind::Error {
            self.extras.errors.push(span);
        }
        let at = self.nodes.len();
        self.nodes.push(Raw { kind, start: span.start, end: span.end, next: count(at + 1) });
        if kind.is_leaf() {
            return false;
        }
        self.open.push((kind, at));
        true
    }

    /// Closes the innermost open node.
    fn leave(&mut self) {
        let next = count(self.nodes.len());
        if let Some(raw) = self.open.pop().and_then(|(_, at)| self.nodes.get_mut(at)) {
            raw.next = next;
        }
    }
}

/// Some tokens only tell something under some parents.
fn refine(kind: Kind, around: Kind) -> Kind {
    match kind {
        Kind::CommaToken if around != Kind::ArrayPattern => Kind::Skip,
        _ if around.has_operator() && (kind == Kind::Skip || kind.is_token()) => Kind::Operator,
        Kind::StarToken if around != Kind::ExportStatement => Kind::Skip,
        _ => kind,
    }
}

fn count(nodes: usize) -> u32 {
    u32::try_from(nodes).unwrap_or(u32::MAX)
}

/// A flat tree with its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree<'t> {
    pub(crate) nodes: &'t [Raw],
    pub(crate) text: &'t str,
}

impl<'t> Tree<'t> {
    /// The node around all others.
    pub(crate) fn root(self) -> Node<'t> {
        self.node(0)
    }

    fn node(self, at: u32) -> Node<'t> {
        let raw = self.nodes.get(at as usize).copied().unwrap_or(NOTHING);
        Node { tree: self, at, raw }
    }
}

/// A node of a flat tree, cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: Tree<'t>,
    at: u32,
    raw: Raw,
}

impl<'t> Node<'t> {
    pub(crate) fn kind(self) -> Kind {
        self.raw.kind
    }

    pub(crate) fn is(self, kind: Kind) -> bool {
        self.raw.kind == kind
    }

    pub(crate) fn span(self) -> Span {
        Span { start: self.raw.start, end: self.raw.end }
    }

    /// The bytes of the node as the file has them.
    pub(crate) fn text(self) -> &'t str {
        self.tree.slice(self.span())
    }

    /// The bytes of a span as the file has them.
    pub(crate) fn slice(self, span: Span) -> &'t str {
        self.tree.slice(span)
    }

    /// Every direct child, tokens and errors too.
    pub(crate) fn children(self) -> Children<'t> {
        Children { tree: self.tree, at: self.at.saturating_add(1), end: self.raw.next }
    }

    /// Every direct child that is neither a token nor an error.
    pub(crate) fn parts(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(|child| !child.raw.kind.is_token() && !child.is(Kind::Error))
    }

    pub(crate) fn first(self) -> Option<Node<'t>> {
        self.parts().next()
    }

    pub(crate) fn last(self) -> Option<Node<'t>> {
        self.parts().last()
    }

    /// The first two parts, where both are there.
    pub(crate) fn pair(self) -> Option<(Node<'t>, Node<'t>)> {
        let mut parts = self.parts();
        Some((parts.next()?, parts.next()?))
    }

    /// The first direct child of a kind.
    pub(crate) fn child(self, kind: Kind) -> Option<Node<'t>> {
        self.children().find(|child| child.is(kind))
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.child(kind).is_some()
    }

    /// Everything inside in source order, without what is inside nested functions.
    pub(crate) fn inside_function(self) -> impl Iterator<Item = Node<'t>> {
        let mut at = self.at.saturating_add(1);
        let (tree, end) = (self.tree, self.raw.next);
        std::iter::from_fn(move || {
            let node = (at < end).then(|| tree.node(at))?;
            at = if node.kind().is_function() { node.raw.next } else { at.saturating_add(1) };
            Some(node)
        })
    }
}

impl<'t> Tree<'t> {
    fn slice(self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// The direct children of a node.
#[derive(Debug, Clone)]
pub(crate) struct Children<'t> {
    tree: Tree<'t>,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end || self.at as usize >= self.tree.nodes.len() {
            return None;
        }
        let node = self.tree.node(self.at);
        self.at = node.raw.next;
        Some(node)
    }
}
