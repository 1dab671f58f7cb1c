//! Flows over the roads to a town: how much comes through, where it is held up, how many ways there are, how far round.
//!
//! Goods come from one source over the gateways, each of which gives no more than its share and a quarter, and end in the town, which takes
//! no more than it takes in a normal day. Capacities are whole thousandths, so that sums of flows are exact. A flow is greatest where a cut
//! of its size holds it up: every flow that is told, or that an interval rests on, is held against the cut that its residual graph shows.

use petgraph::Direction;
use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;
use std::collections::BinaryHeap;

use super::network::Supply;
use super::parameters::{SINK, SLACK};

/// Thousandths.
const UNIT: f64 = 1000.0;
/// More than any flow.
const ENDLESS: u64 = 1 << 40;

/// A capacity in whole thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a few hundred thousand")]
pub(super) fn units(capacity: f64) -> u64 {
    (capacity * UNIT).round().max(0.0) as u64
}

/// The arcs of a question: each link in both directions first, then the gateways, then the town.
#[derive(Debug, Clone)]
pub(super) struct Waterworks {
    graph: DiGraph<(), u64>,
    gateways: usize,
    source: NodeIndex,
    sink: NodeIndex,
}

/// What a maximum flow shows.
pub(super) struct Flow {
    /// How much arrives, in thousandths.
    pub(super) value: u64,
    flows: Vec<u64>,
}

impl Waterworks {
    pub(super) fn new(supply: &Supply) -> Self {
        let mut graph = DiGraph::with_capacity(supply.nodes + 2, supply.links.len() * 2 + supply.gateways.len() + 1);
        let nodes: Vec<NodeIndex> = (0..supply.nodes).map(|_| graph.add_node(())).collect();
        let (source, sink) = (graph.add_node(()), graph.add_node(()));
        for link in &supply.links {
            let [from, to] = link.ends.map(|end| nodes[end]);
            graph.add_edge(from, to, 0);
            graph.add_edge(to, from, 0);
        }
        for gateway in &supply.gateways {
            graph.add_edge(source, nodes[gateway.at], 0);
        }
        graph.add_edge(nodes[0], sink, 0);
        Self { graph, gateways: supply.gateways.len(), source, sink }
    }

    fn set(&mut self, capacities: impl Iterator<Item = u64>) {
        for (weight, capacity) in self.graph.edge_weights_mut().zip(capacities) {
            *weight = capacity;
        }
    }

    /// The most that can arrive when the links carry so much, in thousandths, and the gateways give so much of the supply.
    pub(super) fn flow(&mut self, links: &[u64], shares: &[f64]) -> Flow {
        let both = links.iter().flat_map(|capacity| [*capacity, *capacity]);
        let gateways = shares.iter().map(|share| units(share * SINK.value * SLACK.value));
        self.set(both.chain(gateways).chain([units(SINK.value)]));
        self.run()
    }

    /// How many ways there are from any gateway that share no link, over some of the links.
    pub(super) fn disjoint(&mut self, links: impl Iterator<Item = bool>) -> u64 {
        let both = links.flat_map(|open| [u64::from(open), u64::from(open)]);
        let ends = std::iter::repeat_n(ENDLESS, self.gateways + 1);
        self.set(both.chain(ends));
        self.run().value
    }

    fn run(&self) -> Flow {
        let (value, flows) = dinics(&self.graph, self.source, self.sink);
        Flow { value, flows }
    }

    /// What is left of each arc, and of its opposite, once a flow has taken its part.
    fn reach(&self, flow: &Flow, from: &[NodeIndex]) -> Vec<bool> {
        let mut reached = vec![false; self.graph.node_count()];
        let mut open: Vec<NodeIndex> = from.to_vec();
        from.iter().for_each(|node| reached[node.index()] = true);
        while let Some(node) = open.pop() {
            let mut go = |next: NodeIndex| {
                if !std::mem::replace(&mut reached[next.index()], true) {
                    open.push(next);
                }
            };
            for arc in self.graph.edges(node).filter(|arc| flow.flows[arc.id().index()] < *arc.weight()) {
                go(arc.target());
            }
            for arc in self.graph.edges_directed(node, Direction::Incoming).filter(|arc| flow.flows[arc.id().index()] > 0) {
                go(arc.source());
            }
        }
        reached
    }

    /// Whether a flow is the greatest: whether the cut that it shows is of its size. In time that grows with the arcs.
    pub(super) fn is_greatest(&self, flow: &Flow) -> bool {
        flow.value == self.cut(flow)
    }

    /// What the cut carries that a maximum flow shows: the arcs out of what the source still reaches. It equals the flow.
    fn cut(&self, flow: &Flow) -> u64 {
        let reached = self.reach(flow, &[self.source]);
        let out = self.graph.edge_indices().filter(|edge| {
            self.graph.edge_endpoints(*edge).is_some_and(|(from, to)| reached[from.index()] && !reached[to.index()])
        });
        out.map(|edge| self.graph[edge]).sum()
    }

    /// Whether a link is part of some cut of that value: whether what the source and one of its ends reach together leaves out the other
    /// end and the town.
    pub(super) fn is_in_a_cut(&self, flow: &Flow, link: usize) -> bool {
        let arcs = self.graph.edge_indices().skip(link * 2).take(2);
        arcs.filter_map(|arc| self.graph.edge_endpoints(arc)).any(|(from, to)| {
            let reached = self.reach(flow, &[self.source, from]);
            !reached[to.index()] && !reached[self.sink.index()]
        })
    }
}

/// The quickest way from each gateway over the links that may be used, in hours; `None` where there is none.
pub(super) fn quickest(supply: &Supply, may_use: impl Fn(usize) -> bool) -> Vec<Option<f64>> {
    let mut incident: Vec<Vec<usize>> = vec![Vec::new(); supply.nodes];
    for (at, link) in supply.links.iter().enumerate().filter(|(at, _)| may_use(*at)) {
        link.ends.iter().for_each(|end| incident[*end].push(at));
    }
    // Times are not negative, so that their bits are ordered as they are.
    let mut hours: Vec<f64> = vec![f64::INFINITY; supply.nodes];
    hours[0] = 0.0;
    let mut open = BinaryHeap::from([(std::cmp::Reverse(0u64), 0usize)]);
    while let Some((std::cmp::Reverse(bits), node)) = open.pop() {
        if f64::from_bits(bits) > hours[node] {
            continue;
        }
        for link in incident[node].iter().map(|at| &supply.links[*at]) {
            let other = if link.ends[0] == node { link.ends[1] } else { link.ends[0] };
            let there = hours[node] + link.hours;
            if there < hours[other] {
                hours[other] = there;
                open.push((std::cmp::Reverse(there.to_bits()), other));
            }
        }
    }
    supply.gateways.iter().map(|gateway| Some(hours[gateway.at]).filter(|hours| hours.is_finite())).collect()
}

/// For each gateway the multiplier of its best way: the greatest that the worst link of a way can have; 0 where there is none.
pub(super) fn widest(supply: &Supply, multipliers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..supply.links.len()).collect();
    order.sort_by(|a, b| multipliers[*b].total_cmp(&multipliers[*a]));
    let mut of: Vec<usize> = (0..supply.nodes).collect();
    let mut found = vec![0.0; supply.gateways.len()];
    let root = |of: &[usize], mut node: usize| {
        while of[node] != node {
            node = of[node];
        }
        node
    };
    for link in order {
        let [a, b] = supply.links[link].ends.map(|end| root(&of, end));
        if a == b {
            continue;
        }
        // The group of the town keeps its number.
        let (kept, joined) = if b == root(&of, 0) { (b, a) } else { (a, b) };
        of[joined] = kept;
        let town = root(&of, 0);
        for (gateway, found) in supply.gateways.iter().zip(&mut found) {
            if *found == 0.0 && root(&of, gateway.at) == town {
                *found = multipliers[link];
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::network::Link;
    use super::*;

    #[test]
    fn a_flow_that_no_cut_of_its_size_holds_up_is_not_the_greatest() {
        let link = |ends| Link { ends, edges: Vec::new(), hours: 1.0 };
        let gateway = super::super::network::Gateway::alone(1);
        // From junction 1 by 2 to the town, which is 0.
        let supply = Supply {
            target: Some(0),
            is_named: true,
            roads: Vec::new(),
            gateways: vec![gateway],
            links: vec![link([1, 2]), link([2, 0])],
            nodes: 3,
        };
        let mut works = Waterworks::new(&supply);
        let flow = works.flow(&[30_000, 20_000], &[1.0]);
        assert!(flow.value == 20_000 && works.is_greatest(&flow));
        let less = Flow { value: 19_999, flows: flow.flows.clone() };
        assert!(!works.is_greatest(&less));
        // Nothing flows: then the source still reaches the town, and what leads out of all that it reaches is nothing.
        let none = Flow { value: 20_000, flows: vec![0; flow.flows.len()] };
        assert!(!works.is_greatest(&none));
    }
}
