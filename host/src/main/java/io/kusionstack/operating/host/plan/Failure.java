package io.kusionstack.operating.host.plan;

/** An action that was not done. */
public record Failure(Action action, WriteResult.NotDone result) {
    /** One sentence with the server's words and the remedy; the same as long as those are. */
    public String sentence() {
        return what(action) + result.ending() + "; " + result.cause().remedy();
    }

    private static String what(Action action) {
        return switch (action) {
            case Action.EditPod edit -> "writing " + edit.edit().pod();
            case Action.CreatePod create -> "creating Pod " + create.name();
            case Action.TryPod trial -> "trying a Pod of " + trial.revision();
            case Action.DeletePod delete -> "deleting Pod " + delete.pod().name();
            case Action.ReleasePod release -> "releasing Pod " + release.pod().name();
            case Action.CreateObject create -> "creating " + create.object();
            case Action.PatchObject patch -> "writing " + patch.object();
            case Action.PatchStatus patch -> "writing the status of " + patch.object();
            case Action.DeleteObject delete -> "deleting " + delete.object();
            case Action.WriteStatus status -> "writing the status of " + status.object();
            case Action.Announce event -> "telling of " + event.about();
        };
    }
}
