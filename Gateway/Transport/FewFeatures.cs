using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace BrokerIm.Gateway.Transport;

/// <summary>The features of a connection in one small array: there are half a dozen, and a dictionary is ten times as large.</summary>
internal sealed class FewFeatures : IFeatureCollection
{
    // What Kestrel sets on a connection, and the socket.
    private const int Usual = 6;

    private KeyValuePair<Type, object>[] _features = new KeyValuePair<Type, object>[Usual];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get => IndexOf(key) is >= 0 and var index ? _features[index].Value : null;
        set
        {
            Revision++;
            var index = IndexOf(key);
            if (value is null)
                Remove(index);
            else if (index >= 0)
                _features[index] = new(key, value);
            else
                Add(key, value);
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.Take(_count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(Type key)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_features[i].Key == key)
                return i;
        }

        return -1;
    }

    private void Add(Type key, object value)
    {
        if (_count == _features.Length)
            Array.Resize(ref _features, 2 * _count);
        _features[_count++] = new(key, value);
    }

    private void Remove(int index)
    {
        if (index < 0)
            return;
        _features[index] = _features[--_count];
        _features[_count] = default;
    }
}
