package io.kusionstack.operating.plugin.rule;

import io.kusionstack.operating.plugin.Provider;

/** Offers a kind of rule. The host makes one {@link TransitionRule} for each rule of a PodTransitionRule that names it. */
public interface TransitionRuleProvider<C extends Record> extends Provider<C, TransitionRule> {}
