package io.kusionstack.operating.house;

import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The labels of operations are read and written in one room, {@code lifecycle}; the others ask its door, {@code PodOps}. On
 * the source, because the compiler copies constants, so bytecode does not show where they come from.
 */
final class LifecycleLabels {

    private static final String HOST = "operating/host/";
    private static final String ROOM = "operating/host/lifecycle/";
    private static final List<String> PLACES = List.of(
            "operating/host/model/Names.java",
            // weighs a write before the lifecycle has seen it, and lifecycle uses the room of the writes, not the other
            // way round
            "Urgency.java");
    private static final Set<String> PREFIXES = Set.of(
            "OPERATING",
            "OPERATION_TYPE",
            "PRE_CHECK",
            "PRE_CHECKED",
            "PREPARING",
            "OPERATE",
            "OPERATED",
            "DONE_OPERATION_TYPE",
            "POST_CHECK",
            "POST_CHECKED",
            "COMPLETING",
            "UNDO_OPERATION_TYPE",
            "OPERATION_PERMISSION");
    private static final String DOMAIN = ".podopslifecycle.kusionstack.io";

    private LifecycleLabels() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        boolean isElsewhere = source.isMain()
                && source.path().contains(HOST)
                && !source.path().contains(ROOM)
                && PLACES.stream().noneMatch(source.path()::endsWith);
        if (isElsewhere) {
            new Uses(source, findings).scan(source.tree(), null);
        }
        return findings;
    }

    private static final class Uses extends TreeScanner<Void, Void> {

        private final JavaSource source;
        private final List<Finding> findings;

        Uses(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree use, Void nothing) {
            String owner = use.getExpression().toString();
            boolean isOfNames = owner.equals("Names") || owner.endsWith(".Names");
            if (isOfNames && PREFIXES.contains(use.getIdentifier().toString())) {
                add(use, "Names." + use.getIdentifier());
            }
            return super.visitMemberSelect(use, nothing);
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void nothing) {
            if (literal.getValue() instanceof String text && text.contains(DOMAIN)) {
                add(literal, "\"" + text + "\"");
            }
            return super.visitLiteral(literal, nothing);
        }

        private void add(Tree use, String label) {
            findings.add(source.finding(
                    use,
                    "the lifecycle label " + label + " is named outside lifecycle",
                    "Ask PodOps, or give it a method that tells what the label means"));
        }
    }
}
