namespace BrokerIm.Gateway.Sessions;

/// <summary>The sessions of one user at one moment; enumerating allocates nothing and skips those that are not logged in.</summary>
internal readonly struct SessionList(Session[]? sessions)
{
    /// <summary>Also counts sessions whose login is not complete, so false does not promise that there is one to write to.</summary>
    public bool IsEmpty => sessions is null;

    public Enumerator GetEnumerator() => new(sessions ?? []);

    internal struct Enumerator(Session[] sessions)
    {
        private int _index = -1;

        public readonly Session Current => sessions[_index];

        public bool MoveNext()
        {
            while (++_index < sessions.Length)
            {
                if (sessions[_index].IsLoggedIn)
                    return true;
            }

            return false;
        }
    }
}
