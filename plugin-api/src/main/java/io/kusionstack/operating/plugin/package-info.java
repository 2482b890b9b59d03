/**
 * What both kinds of plugins share: how a plugin offers itself, what the host lends it, and how it sees a Pod.
 *
 * <p>A plugin is one jar. It names itself in its manifest ({@code Plugin-Id}, {@code Plugin-Version}, {@code
 * Plugin-Requires}) and holds one class per extension, marked with PF4J's {@code @Extension}, that implements
 * {@link io.kusionstack.operating.plugin.rule.TransitionRuleProvider} or
 * {@link io.kusionstack.operating.plugin.traffic.TrafficProvider}:
 *
 * <pre>{@code
 * @Extension
 * public final class ChangeWindowProvider implements TransitionRuleProvider<ChangeWindow> {
 *     public String name() { return "change-window"; }
 *     public Class<ChangeWindow> configType() { return ChangeWindow.class; }
 *     public TransitionRule create(ChangeWindow config, PluginContext context) { return new ChangeWindowRule(config); }
 * }
 * }</pre>
 *
 * <p>This package, PF4J and slf4j come from the host; everything else a plugin needs travels in its jar. A plugin holds no
 * state between calls: what it must remember goes back to the host as data. The host calls with the plugin's class loader
 * as context class loader, one call at a time for one rule object or one lock key, and never longer than the deadline it
 * names; a call that overruns, throws or returns nothing usable makes the Pods bound to it wait, and no others.
 */
@NullMarked
package io.kusionstack.operating.plugin;

import org.jspecify.annotations.NullMarked;
